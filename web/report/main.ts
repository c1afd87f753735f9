import { mount } from "svelte";
import "../kit/tokens.css";
import { readReport } from "./data.ts";
import Report from "./Report.svelte";

const target = document.getElementById("report");
const data = document.getElementById("report-data")?.textContent;
if (target && data) mount(Report, { target, props: { report: readReport(data) } });
