import * as fs from "fs";
import * as path from "path";
import * as assistai from "@pulumi/assistai";

const folder = "prompts";

// One agent for each prompt: `ventas.md` is the agent Ventas.
const agents = Object.fromEntries(
  fs.readdirSync(folder).map((file) => {
    const key = path.parse(file).name;
    const name = key[0].toUpperCase() + key.slice(1);
    return [key, new assistai.Agent(key, { name, instructions: fs.readFileSync(path.join(folder, file), "utf8") })];
  }),
);

new assistai.WhatsAppIntegration("ventas-whatsapp", { agentCode: agents.ventas.code });

export const codes = Object.fromEntries(Object.entries(agents).map(([key, agent]) => [key, agent.code]));
