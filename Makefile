# nsinit: everything that can be done here. Two to begin with: `make run` and `make test`.
#
# cargo alone builds it, too, without any flag. What stands here is what needs more than one
# command, or a program from outside; tools/need.sh names those that are missing.

CARGO   ?= cargo
PREFIX  ?= /usr/local
DESTDIR ?=
# For `make install`: other programs' names for nsinit, such as AS='tini dumb-init'.
AS      ?=
# What nsinit can do in the initramfs: as little as its appliance needs, for each byte is unpacked
# at each boot. `make initramfs INITRAMFS_FEATURES=default` puts everything in.
INITRAMFS_FEATURES ?= init,run,toml
# The kernel of `make boot` (tools/kernels.sh), another main command than the appliance's own for it
# (COMMAND='/bin/nsinit-demo test 7'), and the machines that `make test-boot-long` tries.
KERNEL      ?= x86_64/6.12
COMMAND     ?=
BOOT_ARCHES ?= x86_64 aarch64
# For `make bench`: --quick, --rounds N, --nsinit PATH; for `make bench-entrypoint`, see there.
BENCH   ?=

target  := $(or $(CARGO_TARGET_DIR),target)
release := $(target)/release
bindir  := $(DESTDIR)$(PREFIX)/bin
mandir  := $(DESTDIR)$(PREFIX)/share/man
bashdir := $(DESTDIR)$(PREFIX)/share/bash-completion/completions

.DEFAULT_GOAL := help
.PHONY: help build run initramfs boot test test-boot test-boot-long check size bench bench-entrypoint \
	bench-boot docs install setup build-aarch64 test-aarch64 clean

help: ## this list
	@echo 'nsinit: a small static init for Linux namespaces'
	@echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile

build: ## the static binary, target/release/nsinit
	@tools/need.sh build
	$(CARGO) build --release
	@ls -l $(release)/nsinit

run: ## the demo: an appliance in namespaces of its own, killed once and restarted
	@tools/need.sh build
	@$(CARGO) build --release --quiet --features demo
	@tools/demo.sh $(release)

initramfs: ## the demo as a machine of its own: target/initramfs.img, with nsinit as /init
	@tools/need.sh build boot
	@$(CARGO) build --release --quiet --no-default-features --features $(INITRAMFS_FEATURES),demo \
		--target-dir $(target)/initramfs
	@tools/initramfs.sh $(target)/initramfs.img $(target)/initramfs/release/nsinit \
		rootfs/boot.toml:etc/nsinit.toml \
		$(target)/initramfs/release/nsinit-demo:bin/nsinit-demo
	@ls -l $(target)/initramfs.img

boot: initramfs ## boot it in QEMU, with a kernel that is fetched, and end as its main service
	@kernel=$$(tools/kernels.sh $(KERNEL)) && \
		tools/boot.sh "$$kernel" $(target)/initramfs.img $(COMMAND)

test: ## every test but those in QEMU: units, golden plans, the real kernel, each call failed
	@tools/need.sh build test
	@[ "$$(id -u)" = 0 ] || echo 'test: NOT ROOT: the tests that try what root can do will fail' >&2
	@mkdir -p $(target) && tools/leftovers.sh >$(target)/leftovers.before
	$(CARGO) test --no-fail-fast
	$(CARGO) build --release
	NSINIT_TESTED=$(abspath $(release)/nsinit) $(CARGO) test --no-fail-fast --test '*'
	@tools/leftovers.sh $(target)/leftovers.before
	$(CARGO) test --no-fail-fast --release --features demo --test boot --test memory --test plans \
		--test toml -- --skip guests::

# A kernel (35 MB) is fetched into .cache, once.
test-boot: ## guests in QEMU: one kernel, each thing that a machine's init does; a minute
	@tools/need.sh build boot
	@tools/kernels.sh x86_64/6.12 >/dev/null
	$(CARGO) build --release --features demo
	$(CARGO) test --no-fail-fast --release --features demo --test boot

# Kernels (25 MB each) and the toolchain for aarch64 (190 MB) are fetched into .cache, once.
test-boot-long: ## all guests: kernels old and new, x86_64 and aarch64, every way to end; minutes
	@tools/need.sh build boot boot-long
	@for arch in $(BOOT_ARCHES); do set -- "$$@" $$arch/5.10 $$arch/6.1 $$arch/6.12 $$arch/7; done; \
		tools/kernels.sh "$$@" >/dev/null
	$(CARGO) build --release --features demo
	@case " $(BOOT_ARCHES) " in *' aarch64 '*) tools/aarch64.sh build --features demo ;; esac
	NSINIT_BOOT_ARCHES='$(BOOT_ARCHES)' $(CARGO) test --no-fail-fast --release --features demo \
		--test boot -- --include-ignored

check: ## what must hold before a commit: format, lints, documentation, dependencies
	@tools/need.sh build check
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --features demo -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --no-deps
	$(CARGO) build --release
	tools/docs.sh check $(release)/nsinit
	@if $(CARGO) deny --version >/dev/null 2>&1; then $(CARGO) deny check bans licenses sources; \
	else echo 'check: cargo-deny is not installed, deny.toml was not looked at'; fi

size: build ## the binary against its budget, section by section
	@tools/size.sh $(release)/nsinit

bench: ## nsinit beside tini, dumb-init, catatonit, unshare, bwrap and crun, in one run
	@tools/need.sh build bench
	$(CARGO) bench --bench launch -- $(BENCH)

bench-entrypoint: ## what nsinit, tini, dumb-init and catatonit keep of each promise, and cost
	@tools/need.sh build bench
	$(CARGO) build --release --no-default-features --target-dir $(target)/small
	$(CARGO) bench --bench entrypoint -- --nsinit-small $(target)/small/release/nsinit $(BENCH)

bench-boot: ## kernel entry, init, workload, power off: beside busybox and an init that does nothing
	@tools/need.sh build bench boot
	@tools/kernels.sh $(KERNEL) >/dev/null
	$(CARGO) bench --no-default-features --features $(INITRAMFS_FEATURES),demo \
		--target-dir $(target)/initramfs --bench boot -- $(BENCH)

docs: ## write the man pages' key lists and the shell completion anew, and the crate's pages
	@tools/need.sh build
	$(CARGO) build --release
	tools/docs.sh write $(release)/nsinit
	$(CARGO) doc --no-deps

# Builds only what is not there, so that `make build && sudo make install` needs no cargo as root.
$(release)/nsinit:
	$(CARGO) build --release

install: $(release)/nsinit ## binary, man pages, completion, below PREFIX (and DESTDIR)
	install -D -m 755 $(release)/nsinit $(bindir)/nsinit
	install -D -m 644 docs/nsinit.1 $(mandir)/man1/nsinit.1
	install -D -m 644 docs/nsinit.toml.5 $(mandir)/man5/nsinit.toml.5
	install -D -m 644 docs/nsinit-seccomp.5 $(mandir)/man5/nsinit-seccomp.5
	install -D -m 644 docs/nsinit.bash $(bashdir)/nsinit
	@for name in $(AS); do ln -sfv nsinit "$(bindir)/$$name"; done

setup: ## install what the other targets need (Debian)
	@tools/need.sh --install build check test boot boot-long bench

build-aarch64: ## the binary for aarch64; fetches a toolchain into .cache, installs nothing
	tools/aarch64.sh build

test-aarch64: ## the tests that need no namespaces, under qemu-user
	tools/aarch64.sh test

clean: ## all that was built
	$(CARGO) clean
