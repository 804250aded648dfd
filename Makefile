# SPDX-License-Identifier: MulanPSL-2.0
#
# ipcase: GNU make, not recursive, objects outside the tree. `make help` lists the targets.
#
#   build/<kind>/   kind = release, debug or asan, chosen with B=
#   build/gen/      C made from schema/ by cmd/sqlgen
#
# One static library a layer, linked in the order of LAYERS: a call upwards fails to link.

B ?= release
PREFIX ?= /usr/local
DESTDIR ?=
DIR ?= var
PORT ?= 8470
PYTHON ?= /usr/bin/python3
CLANG_FORMAT ?= clang-format
VERSION := 0.1.0

ifeq ($(filter $(B),release debug asan),)
$(error B=$(B): choose release, debug or asan)
endif

OUT := build/$(B)
GEN := build/gen

# --- what Debian 12 calls the things we need ------------------------------------------

DEPS_BUILD := gcc libc6-dev make pkg-config libevent-dev libpq-dev libcjson-dev libinih-dev \
	libutf8proc-dev libssl-dev libcurl4-openssl-dev libarchive-dev libpango1.0-dev libqrencode-dev \
	libxlsxwriter-dev
DEPS_RUN := postgresql-15 postgresql-client-15 util-linux fonts-noto-cjk
DEPS_TEST := libcmocka-dev python3 python3-pytest python3-psycopg2 openssl gnutls-bin nginx-light shellcheck poppler-utils zbar-tools python3-pil iproute2 \
	python3-openpyxl libxml2-utils qpdf unzip chromium
DEPS := $(DEPS_BUILD) $(DEPS_RUN) $(DEPS_TEST)

# --- flags --------------------------------------------------------------------------------

PKGS := libevent libevent_openssl libpq libcjson inih libutf8proc openssl libarchive pangocairo libqrencode libcurl xlsxwriter
pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)

# An error only with the compiler the project is kept clean with: a newer one warns.
WERROR ?= $(if $(filter 12 12.%,$(shell $(CC) -dumpversion 2>/dev/null)),-Werror)
WARN := -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings \
	-Wundef -Wvla -Wimplicit-fallthrough -fno-common $(WERROR)
CPPFLAGS_ALL := -D_GNU_SOURCE -DOPENSSL_API_COMPAT=30000 -DIPCASE_VERSION='"$(VERSION)"' \
	-Ilib -Ibuild $(call pkg,--cflags,$(PKGS)) $(CPPFLAGS)
CFLAGS_ALL := -std=gnu11 $(WARN) -g -fPIE -pthread -fstack-protector-strong \
	-ffile-prefix-map=$(CURDIR)/=
LDFLAGS_ALL := -pie -pthread -Wl,--as-needed -Wl,-z,relro,-z,now
ifeq ($(B),release)
CPPFLAGS_ALL += -D_FORTIFY_SOURCE=3
CFLAGS_ALL += -O2 -fstack-clash-protection
else ifeq ($(B),debug)
CFLAGS_ALL += -Og -fno-omit-frame-pointer
else
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined
CFLAGS_ALL += -O1 -fno-omit-frame-pointer $(SAN)
LDFLAGS_ALL += $(SAN)
endif
CFLAGS_ALL += $(CFLAGS)
LDFLAGS_ALL += $(LDFLAGS)
LIBS_ALL := $(call pkg,--libs,$(PKGS)) -lm
LIBS_test := $(call pkg,--libs,cmocka)

# --- sources, by wildcard: a folder without files yet is no error ---------------------------

LAYERS := api report app peer package store pg http law loop crypto conf json base
PROGRAMS := $(foreach p,ipcased ipcase ipcasectl,$(if $(wildcard cmd/$(p)/*.c),$(p)))

obj = $(patsubst %.c,$(OUT)/obj/%.o,$(1))
layer_src = $(sort $(wildcard lib/$(1)/*.c))
LIBS := $(foreach l,$(LAYERS),$(if $(call layer_src,$(l)),$(OUT)/lib$(l).a)) $(OUT)/libgen.a
TEST_SRC := $(sort $(wildcard tests/unit/test_*.c tests/fault/test_*.c))
# Everything else in tests/unit helps all of them.
TEST_HELP := $(filter-out $(TEST_SRC),$(sort $(wildcard tests/unit/*.c)))
TESTS := $(patsubst %.c,$(OUT)/%,$(TEST_SRC))
# A server for tests/protocol, on the lower layers only.
PROBE_SRC := $(wildcard tests/protocol/http_probe.c)
PROBE := $(if $(PROBE_SRC),$(OUT)/http_probe)
# Writes an export of a hand-over, for the tests of the verifiers.
EXPORT_SRC := $(wildcard tests/package/make_export.c)
MAKE_EXPORT := $(if $(EXPORT_SRC),$(OUT)/make_export)
GEN_SRC := $(GEN)/queries.c $(GEN)/schema_files.c
OBJ := $(call obj,$(foreach l,$(LAYERS),$(call layer_src,$(l))) $(GEN_SRC) $(TEST_SRC) \
	$(TEST_HELP) $(PROBE_SRC) $(EXPORT_SRC) $(foreach p,$(PROGRAMS),$(wildcard cmd/$(p)/*.c)))
QUERIES := $(sort $(wildcard schema/queries/*.sql))
# The verifier and its manual go into every package (folder "package").
SCHEMA_FILES := $(sort $(wildcard schema/demo/*.jsonl)) $(sort $(wildcard schema/law/*.csv)) \
	$(sort $(wildcard schema/migrations/*.sql)) tests/package/README.txt tests/package/verify.py

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
.PHONY: all debug build-tests deps deps-node deps-run need-deps programs console console-unit run test quick unit lint format format-check asan \
	bench install clean help

all: programs console ## build ipcased, ipcase, ipcasectl and the browser console
programs: need-deps $(addprefix $(OUT)/,$(PROGRAMS)) ## without the console: needs no Node.js
build-tests: programs $(TESTS) $(PROBE) $(MAKE_EXPORT)

# A plain answer instead of a missing header.
need-deps:
	@pkg-config --exists $(PKGS) 2>/dev/null || \
		{ echo 'Libraries are missing; "make deps" installs them.' >&2; exit 1; }

# --- rules ------------------------------------------------------------------------------------

# Objects are rebuilt when the flags change.
FLAGS := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(LIBS_ALL)
$(OUT)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(call shell_quote,$(FLAGS)) | cmp -s - $@ || \
		printf '%s\n' $(call shell_quote,$(FLAGS)) >$@
FORCE:
shell_quote = '$(subst ','\'',$(1))'

$(OUT)/obj/%.o: %.c $(OUT)/flags | $(GEN)/queries.h $(GEN)/schema_files.h
	@mkdir -p $(@D)
	@echo "  CC   $<"
	@$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# A library also depends on its folder, so that a deleted file leaves it.
define layer_rule
$(OUT)/lib$(1).a: $(call obj,$(call layer_src,$(1))) lib/$(1)
	@rm -f $$@
	@ar rcsD $$@ $$(filter %.o,$$^)
endef
$(foreach l,$(LAYERS),$(if $(call layer_src,$(l)),$(eval $(call layer_rule,$(l)))))

$(OUT)/libgen.a: $(call obj,$(GEN_SRC))
	@rm -f $@
	@ar rcsD $@ $^

define program_rule
$(OUT)/$(1): $(call obj,$(sort $(wildcard cmd/$(1)/*.c))) $(LIBS) cmd/$(1)
	@echo "  LINK $$@"
	@$$(CC) $$(CFLAGS_ALL) $$(LDFLAGS_ALL) -o $$@ $$(filter %.o %.a,$$^) $$(LIBS_ALL) $(LIBS_$(1))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

$(TESTS): $(OUT)/%: $(OUT)/obj/%.o $(call obj,$(TEST_HELP)) $(LIBS)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_ALL) $(LIBS_test)

$(PROBE): $(call obj,$(PROBE_SRC)) $(foreach l,http loop crypto base,$(OUT)/lib$(l).a)
	@echo "  LINK $@"
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_ALL)

$(MAKE_EXPORT): $(call obj,$(EXPORT_SRC)) \
		$(foreach l,package crypto json base gen,$(OUT)/lib$(l).a)
	@echo "  LINK $@"
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_ALL)

$(GEN)/sqlgen: $(wildcard cmd/sqlgen/*.c cmd/sqlgen/*.h)
	@mkdir -p $(@D)
	@echo "  CC   cmd/sqlgen"
	@$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O1 -g -o $@ $(filter %.c,$^)

$(GEN)/queries.h $(GEN)/queries.c &: $(GEN)/sqlgen $(QUERIES) $(wildcard schema/queries)
	@echo "  GEN  $(GEN)/queries.c"
	@$(GEN)/sqlgen queries $(GEN)/queries $(QUERIES)

$(GEN)/schema_files.h $(GEN)/schema_files.c &: $(GEN)/sqlgen $(SCHEMA_FILES) \
		$(wildcard schema/law schema/migrations)
	@echo "  GEN  $(GEN)/schema_files.c"
	@$(GEN)/sqlgen files $(GEN)/schema_files $(SCHEMA_FILES)

-include $(OBJ:.o=.d)

NPM_DONE := build/npm/.done

# --- the browser console ---------------------------------------------------------------------------
#
#   ipcasectl docs openapi.json -> schema.d.ts (types of the API) -> vite -> build/console
#
# npm ci takes exactly what package-lock.json pins; the lock holds digests and no addresses.

CONSOLE := cmd/console
CONSOLE_SRC := $(wildcard $(CONSOLE)/*.ts $(CONSOLE)/*.json $(CONSOLE)/index.html) \
	$(shell find $(CONSOLE)/src $(CONSOLE)/public -type f 2>/dev/null)
CONSOLE_MODULES := $(CONSOLE)/node_modules/.installed
CONSOLE_TYPES := $(GEN)/console/schema.d.ts
NPM := npm --no-progress --loglevel=error

console: build/console/index.html ## the browser console, into build/console

$(CONSOLE_MODULES): $(CONSOLE)/package.json $(CONSOLE)/package-lock.json $(CONSOLE)/.npmrc
	@command -v npm >/dev/null || { echo 'The console needs Node.js and npm: "make deps" installs them, "make programs" does without.' >&2; exit 1; }
	@echo "  NPM  ci"
	@cd $(CONSOLE) && $(NPM) ci && touch node_modules/.installed

# Rewritten only when the interface has changed: most changes of a program do not touch it.
$(GEN)/console/openapi.json: $(OUT)/ipcasectl
	@mkdir -p $(@D)
	@$(OUT)/ipcasectl docs openapi.json >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(CONSOLE_TYPES): $(GEN)/console/openapi.json $(CONSOLE_MODULES)
	@cd $(CONSOLE) && node_modules/.bin/openapi-typescript $(CURDIR)/$(GEN)/console/openapi.json -o $(CURDIR)/$@ >/dev/null

build/console/index.html: $(CONSOLE_SRC) $(CONSOLE_MODULES) $(CONSOLE_TYPES)
	@echo "  VITE build/console"
	@cd $(CONSOLE) && node_modules/.bin/vite build --logLevel warn
	@touch $@

console-unit: $(CONSOLE_MODULES) ## unit tests of the console
	@cd $(CONSOLE) && node_modules/.bin/vitest run --silent --reporter=dot

# --- running and testing -----------------------------------------------------------------------

SUB := +@$(MAKE) --no-print-directory
# Installs what is missing of the packages $(1); with nothing missing it does nothing.
define install_packages
	@missing=$$(for p in $(1); do \
		dpkg-query -W -f '$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || \
			echo $$p; done); \
	[ -n "$$missing" ] || exit 0; \
	command -v apt-get >/dev/null || { \
		echo "No apt-get here; install what these packages hold:" $$missing >&2; exit 1; }; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo='sudo env DEBIAN_FRONTEND=noninteractive'; \
	echo "Installing Debian packages:" $$missing; \
	export DEBIAN_FRONTEND=noninteractive; \
	$$sudo apt-get -qq update && \
	$$sudo apt-get -qq install -y --no-install-recommends $$missing
endef

deps: ## install the Debian packages that are missing (to build, run and test)
	$(call install_packages,$(DEPS))
	@{ command -v node && command -v npm; } >/dev/null || $(MAKE) --no-print-directory deps-node
	+@$(MAKE) -s --no-print-directory $(NPM_DONE) || \
		echo "deps: npm packages could not be fetched; the test of an unrelated BagIt validator will be skipped" >&2
# Only where there is none: a Node.js from elsewhere and Debian's npm exclude each other.
deps-node:
	$(call install_packages,nodejs npm)
# The BagIt validator of the tests, as tests/package/npm/package-lock.json pins it. The lock leaves out two things that
# bagit-tools asks for and that verifying does not need.
$(NPM_DONE): $(wildcard tests/package/npm/.npmrc tests/package/npm/*.js*)
	@rm -rf $(@D) && mkdir -p $(@D) && cp -R tests/package/npm/. $(@D) && cd $(@D) && npm ci --silent && touch $(@F)
deps-run:
	$(call install_packages,$(DEPS_BUILD) $(DEPS_RUN))
	@{ command -v node && command -v npm; } >/dev/null || $(MAKE) --no-print-directory deps-node

debug: ## build build/debug
	$(SUB) B=debug all

# Scripts are exec'ed: make passes a signal on to its child only, and a shell between would
# die of it and leave the servers running.
run: deps-run ## private PostgreSQL and the daemon with demonstration data; DIR=var PORT=8470
	$(SUB) all
	@BIN=$(OUT) exec cmd/run/run.sh $(call shell_quote,$(DIR)) $(call shell_quote,$(PORT))

test: deps ## every test; ends with "N passed, N failed"
	$(SUB) all build-tests
	@OUT=$(OUT) SQLGEN=$(GEN)/sqlgen PYTHON=$(PYTHON) exec tests/run.sh

unit: ## unit tests only
	$(SUB) build-tests
	@OUT=$(OUT) SQLGEN=$(GEN)/sqlgen PYTHON=$(PYTHON) exec tests/run.sh unit

quick: lint unit console-unit ## lint and unit tests, before each commit

asan: deps ## every test under AddressSanitizer and UndefinedBehaviorSanitizer
	$(SUB) B=asan test

lint: need-deps $(GEN)/queries.h $(GEN)/schema_files.h $(CONSOLE_TYPES) ## layers, banned functions, headers, scripts, types of the console
	@CC='$(CC)' CFLAGS=$(call shell_quote,$(CPPFLAGS_ALL) -std=gnu11 $(WARN)) tests/lint/check.sh
	@cd $(CONSOLE) && node_modules/.bin/vue-tsc --noEmit

generated: programs ## rewrite the documents that are made from the program's tables
	$(OUT)/ipcasectl docs config.example.ini >config.example.ini
	$(OUT)/ipcasectl docs configuration.md >docs/configuration.md
	$(OUT)/ipcasectl procedures docs/procedures.md

bench: all ## load test; writes its figures under build/
	@OUT=$(OUT) PYTHON=$(PYTHON) exec tests/bench/run.sh

# The law's tables are laid out by hand, to be read as tables.
C_FILES = $(filter-out lib/law/procedure_%.c lib/law/row.h,$(shell find cmd lib tests -name node_modules -prune -o -name '*.[ch]' -print))
format: ## lay out all C with clang-format
	@$(CLANG_FORMAT) -i $(C_FILES)
format-check:
	@$(CLANG_FORMAT) --dry-run -Werror $(C_FILES)

install: all ## install under $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/systemd/system \
		$(DESTDIR)$(PREFIX)/lib/sysusers.d $(DESTDIR)$(PREFIX)/share/doc/ipcase
	install -m 0755 $(addprefix $(OUT)/,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/bin
	sed 's|/usr/local|$(PREFIX)|g' docs/deploy/ipcased.service \
		>$(DESTDIR)$(PREFIX)/lib/systemd/system/ipcased.service
	chmod 0644 $(DESTDIR)$(PREFIX)/lib/systemd/system/ipcased.service
	install -m 0644 docs/deploy/ipcase.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/ipcase.conf
	if [ -f build/console/index.html ]; then \
		rm -rf $(DESTDIR)$(PREFIX)/share/ipcase/console && \
		install -d $(DESTDIR)$(PREFIX)/share/ipcase && \
		cp -R build/console $(DESTDIR)$(PREFIX)/share/ipcase/console && \
		chmod -R u=rwX,go=rX $(DESTDIR)$(PREFIX)/share/ipcase/console; fi
	install -m 0644 LICENSE docs/deploy/nginx.conf $(wildcard README.md config.example.ini) \
		$(DESTDIR)$(PREFIX)/share/doc/ipcase

clean: ## remove build/ (never DIR of `make run`)
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo '  B=release|debug|asan chooses the kind of build; now $(B)'
