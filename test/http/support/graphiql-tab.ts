import type { Page } from "playwright-core";

/** A machine may be busy with other things. */
export const PATIENCE = { timeout: 30_000 };

/** Replaces what an editor holds. */
async function write(page: Page, section: string, text: string): Promise<void> {
  await page.locator(`[aria-label="${section}"] .monaco-editor`).first().click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

/** Asks in a tab of its own. */
export async function ask(page: Page, query: string, variables: object): Promise<void> {
  await page.getByRole("button", { name: "New tab" }).click();
  await write(page, "Operation Editor", query);
  await page.getByRole("button", { name: "Variables" }).click();
  await write(page, "Variables", JSON.stringify(variables));
  await page.getByRole("button", { name: /^Execute query/ }).click();
}

/** What the answer is shown in. */
export const result = (page: Page) => page.locator(".result-window");
