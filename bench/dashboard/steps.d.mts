import type { Page } from "playwright-core";

export function stepsOf(page: Page, id: string, steps: number): Promise<number[]>;
