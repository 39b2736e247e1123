// Prints what Redocly's recommended rules find in the API description that is
// named as the first argument: one line for each, none when all is well.
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({ extends: ["recommended"] });
for (const p of await lint({ ref: process.argv[2], config })) {
  console.log(p.severity, p.ruleId, p.location[0]?.pointer, p.message);
}
