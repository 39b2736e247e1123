// A program of the office, with the types that openapi-typescript makes of the API
// description. It does what the README shows: it keeps the directory in step, lists
// what waits for a person, and reads a chat. It prints what it read, as JSON.
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

declare const process: { env: Record<string, string | undefined> };

// What Entra and App Service Authentication make of a token with this app role.
const principals: Record<string, string> = JSON.parse(process.env.PRINCIPALS!);
const as = (role: string) => createClient<paths>({ baseUrl: process.env.BASE!, headers: { "X-MS-CLIENT-PRINCIPAL": principals[role]! } });

const directory = as("Directory.ReadWrite");
const relation = { number: "4711", type: "organisation" as const, name: "Bakkerij Boom" };
const added = await directory.POST("/api/clients", { body: relation });
if (!added.data) throw new Error(added.error.detail);
const again = await directory.POST("/api/clients", { body: relation });
if (again.response.status !== 409 || again.error?.existing !== added.data.id) throw new Error("the same number twice: " + again.response.status);
const etag = added.response.headers.get("ETag")!;
const changed = await directory.PATCH("/api/clients/{id}", {
  params: { path: { id: added.data.id }, header: { "If-Match": etag } },
  body: { name: "Bakkerij Boom B.V." },
});
if (!changed.data) throw new Error(changed.error.detail);

const waiting = await as("Mails.Read").GET("/api/mails", { params: { query: { state: "parked", limit: 10 } } });
if (!waiting.data) throw new Error(waiting.error.detail);

const talking = as("Chats.ReadWrite");
const chats = await talking.GET("/api/chats");
if (!chats.data) throw new Error(chats.error.detail);
const chat = chats.data.items[0]!.id;
const messages = await talking.GET("/api/chats/{chat}/messages", { params: { path: { chat } } });
if (!messages.data) throw new Error(messages.error.detail);

const refused = await as("Mails.Read").GET("/api/clients");
console.log(JSON.stringify({
  client: changed.data.name,
  waiting: waiting.data.items.length,
  messages: messages.data.items.map((m) => m.subject),
  refused: refused.error?.status,
}));
