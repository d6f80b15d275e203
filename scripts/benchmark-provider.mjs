// The same task on every provider, verified by us. `pnpm benchmark --help` says how.
import { main } from "../examples/demo/benchmark.ts";

// A module of providers may hold servers open.
process.exit(await main(process.argv.slice(2)));
