//! What people run, under the default filter: as root and as an ordinary user, with exit code 0.

use super::support::{Run, Who, file};

/// A shell's words under the filter, in a directory of their own.
fn runs(program: &str, script: &str) {
    if !std::path::Path::new(program).exists() {
        println!("{program} is not here");
        return;
    }
    for who in Who::BOTH {
        let directory = file::directory();
        let words =
            ["run", "--seccomp=default", "--namespaces=+net", "--", "/bin/sh", "-ec", script];
        let home = file::text(&directory);
        let ended = Run::nsinit(who, &words).directory(&directory).env("HOME", &home).end();
        assert_eq!(ended.code, 0, "{who:?} {program}\n{}\n{}", ended.out, ended.err);
    }
}

#[test]
fn shells_and_their_tools() {
    runs(
        "/bin/bash",
        "bash -c 'coproc cat; echo x >&${COPROC[1]}; read -u ${COPROC[0]} y; test $y = x'",
    );
    runs(
        "/bin/tar",
        "mkdir a; echo 1 > a/b; mkfifo a/c; tar cf t a; rm -r a; tar xf t; test -p a/c",
    );
    runs("/usr/bin/find", "find /proc/self/ -maxdepth 1 -name status | xargs grep -q 'Seccomp:.2'");
    runs("/usr/bin/setarch", "setarch -R true; setarch linux32 uname -m; nice -n 5 true");
}

#[test]
fn python_with_threads_processes_and_sockets() {
    runs(
        "/usr/bin/python3",
        "cat > t.py <<'END'
import asyncio, concurrent.futures as futures, hashlib, mmap, multiprocessing, os, signal, socket
import ssl, sqlite3, subprocess, tempfile, threading, time
def square(x): return x * x
if __name__ == '__main__':
    with futures.ThreadPoolExecutor(8) as pool: assert sum(pool.map(square, range(9))) == 204
    with multiprocessing.Pool(2) as pool: assert sum(pool.map(square, range(9))) == 204
    assert subprocess.run(['echo', 'x'], capture_output=True).stdout == b'x\\n'
    async def serve():
        server = await asyncio.start_server(lambda r, w: (w.write(b'!'), w.close()), '127.0.0.1', 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert await reader.read() == b'!'
    asyncio.run(serve())
    socket.if_nameindex(); socket.getaddrinfo('127.0.0.1', 80)
    a, b = socket.socketpair(); a.send(b'x'); assert b.recv(1) == b'x'
    db = sqlite3.connect('db'); db.execute('create table t (x)'); db.commit()
    os.memfd_create('x'); os.eventfd(0); os.sched_getaffinity(0); os.getrandom(8)
    signal.setitimer(signal.ITIMER_REAL, 10); signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert len(mmap.mmap(-1, 4096)) == 4096
END
        /usr/bin/python3 t.py",
    );
}

#[test]
fn perl_git_and_a_compiler() {
    runs("/usr/bin/perl", "perl -e 'my $p = fork; exit 3 unless $p; wait; exit(($? >> 8) != 3)'");
    let git = "git init -q r; cd r; git config user.email a@b; git config user.name a; echo 1 > f; \
               git add f; git commit -qm x; git clone -q . ../s; git gc -q; git log --oneline";
    runs("/usr/local/bin/git", git);
    runs("/usr/bin/git", git);
    let gcc = "echo 'int main() { return 0; }' > a.c; gcc -O2 -pipe a.c; ./a.out; gcc -static a.c; \
               ./a.out";
    runs("/usr/bin/gcc", gcc);
}

#[test]
fn node_with_workers_and_a_server() {
    runs(
        "/usr/bin/node",
        "cat > t.js <<'END'
const { Worker, isMainThread, parentPort } = require('worker_threads');
if (!isMainThread) { parentPort.postMessage(1); return; }
const http = require('http'), fs = require('fs'), child = require('child_process');
fs.watch('.'); require('os').networkInterfaces(); require('os').cpus();
new Worker(__filename).on('message', () => {
  const server = http.createServer((_, answer) => answer.end('!')).listen(0, '127.0.0.1', () =>
    http.get({ port: server.address().port, host: '127.0.0.1' }, () => {
      child.execFile('true', error => process.exit(error ? 1 : 0));
    }));
});
END
        node t.js",
    );
}

#[test]
fn java_with_its_threads_and_collector() {
    runs(
        "/usr/bin/java",
        "cat > T.java <<'END'
public class T {
  public static void main(String[] words) throws Exception {
    var threads = new Thread[8];
    for (int i = 0; i < 8; i++) (threads[i] = new Thread(() -> System.gc())).start();
    for (var thread : threads) thread.join();
    if (new ProcessBuilder(\"true\").start().waitFor() != 0) System.exit(1);
    new java.net.ServerSocket(0).close();
  }
}
END
        java -Xmx64m -XX:+UseSerialGC T.java",
    );
}

#[test]
fn a_static_program_and_another_c_library() {
    runs("/bin/busybox", "busybox sh -c 'busybox ls / | busybox wc -l'; busybox id");
}

#[test]
fn what_looks_into_other_processes() {
    runs("/usr/bin/strace", "strace -o log -f sh -c 'true; true'; grep -q exited log");
}
