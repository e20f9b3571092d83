# The two commands: `make run` and `make test`. The rest is what people use daily.

.PHONY: run test check deny rules rooms rooms-sqlite room mailer browser chaos larger soak timing floors words pictures site release reproducible package proxies bench bench-quick scale scale-quick setup-test

# Tests of the rooms wait for a database half of their time: two for each core.
MANY = env RUST_TEST_THREADS=$$((2 * $$(nproc)))

# Their databases are in memory, where it has room for 4 GB and lets a library be loaded (chaos): on
# a disk each write of SQLite waits for it, and a database of PostgreSQL is hundreds of files that are
# made and taken away again. IN_MEMORY= leaves them on the disk.
MAY_LOAD = awk '$$2 == "/dev/shm" && $$4 !~ /noexec/' /proc/mounts 2>/dev/null | grep -q .
HAS_ROOM = df -k --output=avail /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 > 4000000' | grep -q .
IN_MEMORY = $(shell $(MAY_LOAD) && $(HAS_ROOM) && echo TMPDIR=/dev/shm)

# PostgreSQL for the occasion. Nothing of it outlives a machine that stops, and nobody listens in.
FOR_NOW = -t -o fsync=off -o full_page_writes=off -o ssl=off -o max_connections=200

run: ## Serve the demonstration area at http://127.0.0.1:3000
	site/build.sh --if-possible
	cargo build -p server
	target/debug/alongside serve --demo

test: setup-test check site rules rooms browser proxies ## Everything, on SQLite and PostgreSQL, in a real browser and behind real proxies

check: deny ## Format, lints, and what the dependencies may be
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

# Advisories are looked up in the database that `cargo deny fetch db` left here, and only there.
deny: ## What the dependencies may be: licences, sources, libraries, known faults
	@if ! command -v cargo-deny >/dev/null; then \
		echo "cargo-deny is not installed (cargo install cargo-deny --locked): the dependencies are not checked"; \
	else \
		cargo deny --locked --log-level error check --hide-inclusion-graph bans licenses sources && \
		if ls -d "$${CARGO_HOME:-$$HOME/.cargo}"/advisory-dbs/*/ >/dev/null 2>&1; then \
			cargo deny --locked check --disable-fetch advisories; \
		else \
			echo "No database of advisories is here (cargo deny fetch db): none were looked up"; \
		fi; \
	fi

site: ## The browser's programs
	site/build.sh

rules: ## What needs no database: rules, texts, settings, the floors
	cargo test --workspace --lib --bins --test asvs --test disclosure --test documents --test floors --test lines --test stores --test supply --test viewers --test words

rooms: ## The rooms behind the real router, on both databases; emails against a real mail server
	$(IN_MEMORY) REQUIRE_POSTGRES=1 pg_virtualenv $(if $(POSTGRES),-v $(POSTGRES)) $(FOR_NOW) $(MANY) cargo test -p server --tests

rooms-sqlite: ## The same on SQLite alone
	$(IN_MEMORY) env -u PGHOST $(MANY) cargo test -p server --tests

room: ## The tests of one room, on both databases: make room ROOM=notices
	cargo test -p $(ROOM)
	$(IN_MEMORY) REQUIRE_POSTGRES=1 pg_virtualenv $(FOR_NOW) $(MANY) cargo test -p server --test rooms $(ROOM)

chaos: ## Faults of a machine, again and again, for some minutes: CHAOS_SEED repeats one
	REQUIRE_POSTGRES=1 CHAOS_ROUNDS=$${CHAOS_ROUNDS:-5} CHAOS_MILLISECONDS=$${CHAOS_MILLISECONDS:-4000} \
		pg_virtualenv -t cargo test -p server --test chaos -- --nocapture

larger: ## What is promised of emails, of hidden numbers, of what is erased and of faults, tried many times more: an hour or two
	DISCLOSURE_TIMES=10 cargo test -p disclosure --test disclosure -- --nocapture
	REQUIRE_POSTGRES=1 KILLED_TIMES=5 LIVES=1000 CHAOS_ROUNDS=$${CHAOS_ROUNDS:-20} CHAOS_MILLISECONDS=4000 \
		pg_virtualenv -t -o max_connections=200 sh -c 'cargo test -p server --test killed -- --nocapture && \
		cargo test -p server --test rooms of_random_lives -- --nocapture && \
		cargo test -p server --test chaos -- --nocapture'

soak: release ## Half an hour of ordinary use of what is shipped: memory and descriptors
	ALONGSIDE_PROGRAM=$$PWD/target/release/alongside cargo test -p server --test chaos soak -- --ignored --nocapture

timing: release ## Whether the time of an answer tells who has an account: an hour, or fewer TIMING_PAIRS than 10000; TIMING_ON="postgres link" is a part of it
	REQUIRE_POSTGRES=1 ALONGSIDE_PROGRAM=$$PWD/target/release/alongside pg_virtualenv -t -o fsync=off \
		cargo test -p server --test timing -- --ignored --nocapture

browser: ## The journeys in a real browser
	cargo build -p server
	npm test --prefix end2end

floors: ## The picture of the floors in docs/ARCHITECTURE.md, drawn anew from the code
	UPDATE_FLOORS=1 cargo test -p app --test floors

words: ## Every text that people read, with its place
	@cargo test -q -p app --test words all_texts -- --ignored --nocapture | grep -P '\t'

pictures: site ## The pictures of the README and the guides, taken anew
	cargo build -p server
	UPDATE_PICTURES=1 npm test --prefix end2end -- the-readme what-parents-said

release: ## What is shipped: target/release/alongside, one file to copy, and the list of what is in it
	server/package/build.sh

reproducible: ## Two clean builds of what is committed, in two places, are the same to the bit; takes long
	server/package/reproducible.sh

package: release ## A Debian package of it, in target/debian
	@command -v cargo-deb >/dev/null || { echo "cargo-deb makes it: cargo install cargo-deb --locked"; exit 1; }
	cargo deb --no-build -p server

proxies: ## The samples for nginx and Caddy, with the demonstration behind those that are installed; REQUIRE_PROXIES=1 wants both
	cargo build -p server
	$(IN_MEMORY) server/package/proxy/test.sh

# PostgreSQL as it is in earnest: what it has committed, it keeps. pg_virtualenv by itself doesn't.
IN_EARNEST = $(shell command -v pg_virtualenv >/dev/null && echo pg_virtualenv -t -o fsync=on -o ssl=off)

bench: ## Figures beside their anchors on this machine: half an hour, with nothing else running; PARTS=votes
bench-quick: ## The same in minutes, for a first look
bench-quick: HOW = --quick
bench bench-quick: release
	cargo build --release --locked --manifest-path bench/anchors/Cargo.toml --target-dir target/bench
	$(IN_EARNEST) python3 bench/bench.py $(HOW) $(PARTS)

# PostgreSQL in one process for each connection, so that all that it does can be counted.
COUNTED = $(shell command -v pg_virtualenv >/dev/null && echo pg_virtualenv $(FOR_NOW) -o max_parallel_workers_per_gather=0)

scale: ## What pages cost in an area with fifteen times the rows: an hour and 30 GB of disk; HOW=--strict fails over 1.2 times
scale-quick: ## The same with a tenth of the rows, for a first look
scale-quick: SIZE = --quick
scale scale-quick: release
	$(COUNTED) python3 bench/scale.py $(SIZE) $(HOW)

setup-test: ## What the tests need and this machine lacks
	./setup-test.sh
