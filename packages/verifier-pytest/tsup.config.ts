import { cp } from "node:fs/promises";
import { defineConfig } from "tsup";
import { base } from "../../tsup.config.base.js";

export default defineConfig({
  ...base,
  // The programs that run inside the environment under test are not bundled: Python reads them as files.
  onSuccess: async () => cp("src/python", "dist/python", { recursive: true }),
});
