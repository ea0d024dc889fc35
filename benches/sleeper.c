/* The smallest service: waits without a timer until its standard input ends, so that only its
 * init's memory is of interest, and the bench can end it without a signal.
 */
#include "raw.h"

void entry(long *stack)
{
	char byte;

	(void)stack;
	while (SYS(__NR_read, 0, &byte, 1, 0, 0) > 0)
		;
	quit(0);
}
