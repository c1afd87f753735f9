/**
 * How long the page works for one step of a brush that a mouse moves: the handlers of the move, and from the start of
 * the frame that draws it until that frame is painted. Waiting for the screen's next refresh is no work and is not
 * counted.
 */
export async function stepsOf(page, id, steps) {
  const box = await page.locator(`section:has(> header > #view-${id}) svg`).first().boundingBox();
  if (box === null) throw new Error(`there is no view of ${id}`);
  const y = box.y + box.height / 2;
  const at = (share) => page.mouse.move(box.x + box.width * share, y);
  await at(0.3);
  await page.mouse.down();
  // the first move asks for the counts: they are there before the steps are timed
  await at(0.33);
  await page.waitForLoadState("networkidle");
  await at(0.36);
  await page.waitForTimeout(500);
  await page.evaluate(record);
  for (let i = 0; i < steps; i++) {
    await at(0.36 + 0.5 * Math.abs(Math.sin(i / 9)));
    await page.waitForTimeout(40);
  }
  const { times, moved } = await page.evaluate("globalThis.recorded");
  await page.mouse.up();
  if (times.length < steps / 2 || moved < steps / 3)
    throw new Error(
      `the brush over ${id} drew ${times.length} of ${steps} steps and moved figures in ${moved}`,
    );
  return times;
}

/** Runs in the page. */
function record() {
  const counts = () => document.querySelector("section[aria-label=Selection] .counts")?.textContent;
  const recorded = { times: [], moved: 0 };
  globalThis.recorded = recorded;
  let before = counts();
  let handling = 0;
  addEventListener(
    "pointermove",
    () => {
      handling = performance.now();
      // asked for before the page's own handler asks: begins the frame
      requestAnimationFrame(() => {
        const began = performance.now();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          recorded.times.push(handled + performance.now() - began);
          if (counts() !== before) recorded.moved++;
          before = counts();
        };
        port2.postMessage(undefined);
      });
    },
    true,
  );
  let handled = 0;
  addEventListener("pointermove", () => {
    handled = performance.now() - handling;
  });
}
