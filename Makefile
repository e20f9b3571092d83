# The two commands: `make run` and `make test`. The rest is what people use daily.

.PHONY: run test check rules rooms mailer browser pictures site setup-test

run: ## Serve the demonstration area at http://127.0.0.1:3000
	site/build.sh --if-possible
	cargo build --release -p server
	target/release/alongside serve --demo

test: setup-test check site rules rooms browser ## Everything, on SQLite and PostgreSQL, and in a real browser

check: ## Format and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

site: ## The browser's program
	site/build.sh

rules: ## What needs no database: rules, texts, settings
	cargo test --workspace --lib --bins --test disclosure

rooms: ## The rooms behind the real router, on both databases; letters against a real mail server
	REQUIRE_POSTGRES=1 pg_virtualenv -t -o fsync=off -o max_connections=200 cargo test -p server --tests

browser: ## The journeys in a real browser
	cargo build -p server
	npm test --prefix end2end

pictures: site ## The pictures of the README, taken anew
	cargo build -p server
	UPDATE_PICTURES=1 npm test --prefix end2end -- the-readme what-parents-said

setup-test: ## What the tests need and this machine lacks
	./setup-test.sh
