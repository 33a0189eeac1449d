import { expect, test } from "vitest";
import { issueTicket, readTicket, type Ticket, ticketExpiry } from "../src/files/ticket.js";
import { FakeVault } from "./fakes/fake-vault.js";

const NOW = new Date("2026-01-01T12:00:30Z");
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

const upload: Ticket = { method: "PUT", record: "dataset_01", name: "measures.csv", size: 12, sha256: "a".repeat(64) };
const download: Ticket = { method: "GET", record: "dataset_01", name: "measures.csv" };
const whole: Ticket = { method: "GET", record: "dataset_01", name: null };

for (const ticket of [upload, download, whole])
  test(`a ticket for ${ticket.method} of ${ticket.name} grants what it was issued for`, () => {
    const vault = new FakeVault();

    expect(readTicket(vault, issueTicket(vault, ticket, NOW), NOW)).toEqual(ticket);
  });

test("a ticket is text that needs no escaping in a URL", () => {
  expect(issueTicket(new FakeVault(), upload, NOW)).toMatch(/^[\w-]+\.[\w-]+$/);
});

test("a request repeated in the same minute is given the same ticket again", () => {
  const vault = new FakeVault();

  expect(issueTicket(vault, upload, new Date(NOW.getTime() + 9_000))).toBe(issueTicket(vault, upload, NOW));
});

test("a ticket lives 15 minutes and no whole one longer", () => {
  const vault = new FakeVault();
  const text = issueTicket(vault, upload, NOW);

  expect(ticketExpiry(NOW)).toEqual(new Date("2026-01-01T12:16:00Z"));
  expect(readTicket(vault, text, later(15))).toEqual(upload);
  expect(readTicket(vault, text, later(16))).toBe("expired");
});

test("a ticket of another server is forged", () => {
  expect(readTicket(new FakeVault(), issueTicket(new FakeVault(), upload, NOW), NOW)).toBe("forged");
});

test("a ticket with any one character changed is forged", () => {
  const vault = new FakeVault();
  const text = issueTicket(vault, upload, NOW);

  const changed = [...text].map((sign, at) => text.slice(0, at) + (sign === "A" ? "B" : "A") + text.slice(at + 1));

  expect(changed.map((each) => readTicket(vault, each, NOW)).filter((each) => each !== "forged")).toEqual([]);
});

test("what another ticket grants does not go with this one's signature", () => {
  const vault = new FakeVault();
  const [[granted], [, signature]] = [whole, upload].map((each) => issueTicket(vault, each, NOW).split(".")) as [
    string[],
    string[],
  ];

  expect(readTicket(vault, `${granted}.${signature}`, NOW)).toBe("forged");
});

for (const hostile of [
  "",
  ".",
  "..",
  "a",
  "a.b",
  "a.b.c",
  "/",
  "../../etc/passwd",
  "%2e%2e",
  "A".repeat(100_000),
  "é.é",
])
  test(`${JSON.stringify(hostile.slice(0, 20))} is no ticket`, () => {
    expect(readTicket(new FakeVault(), hostile, NOW)).toBe("forged");
  });

test("an expired ticket that is forged tells nothing of its expiry", () => {
  const vault = new FakeVault();
  const text = issueTicket(vault, upload, NOW);

  expect(readTicket(vault, `${text.slice(0, -3)}AAA`, later(60))).toBe("forged");
});
