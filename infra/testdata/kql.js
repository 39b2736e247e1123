// Writes what is wrong with Kusto queries: node kql.js <folder of the parser>, with
// {"tables": {name: "(column: type, …)"}, "queries": {name: text}} on standard input.
const vm = require('node:vm'), fs = require('node:fs'), path = require('node:path');
for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) {
  vm.runInThisContext(fs.readFileSync(path.join(process.argv[2], file), 'utf8'), { filename: file });
}
const { KustoCode, GlobalState, Symbols } = Kusto.Language;
const input = JSON.parse(fs.readFileSync(0, 'utf8'));
const tables = Object.entries(input.tables).map(([name, schema]) => new Symbols.TableSymbol.$ctor7(name, schema, ''));
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('logs', tables));
for (const [name, query] of Object.entries(input.queries)) {
  const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  for (let i = 0; i < found.Count; i++) {
    const d = found.getItem(i);
    console.log(`${name}: ${d.Severity} ${d.Message} at: ${query.slice(d.Start, d.Start + 40)}`);
  }
}
