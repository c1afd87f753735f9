import type { Container } from "./container.ts";
import { named, PartError } from "./part-error.ts";
import { attribute, children, parsePart, type XmlElement } from "./small-part.ts";

/** What one part refers to. */
export interface Relation {
  id: string;
  /** The last piece of the type's address: the transitional and the strict form of the format agree in it. */
  type: string;
  /** Name of the part, without a leading slash. */
  target: string;
}

/** The relations of a part, "" being the package itself; none when the part has no list of them. */
export async function readRelations(container: Container, part: string): Promise<Relation[]> {
  const slash = part.lastIndexOf("/");
  const folder = part.slice(0, slash + 1);
  const list = `${folder}_rels/${part.slice(slash + 1)}.rels`;
  if (!container.has(list)) return [];
  const root = await readPart(container, list, "Relationships");
  return children(root, "Relationship")
    .filter((relation) => attribute(relation, "TargetMode") !== "External")
    .map((relation) => ({
      id: attribute(relation, "Id") ?? "",
      type: (attribute(relation, "Type") ?? "").replace(/.*\//, ""),
      target: resolved(attribute(relation, "Target") ?? "", folder),
    }));
}

export async function readPart(container: Container, part: string, root: string): Promise<XmlElement> {
  try {
    return await parsePart(await container.readWhole(part), root);
  } catch (error) {
    throw named(error, `${part} of ${container.file}`);
  }
}

/** The address is only a means to resolve "..", "%20" and a leading slash as the format asks. */
function resolved(target: string, folder: string): string {
  try {
    return decodeURIComponent(new URL(target.replaceAll("\\", "/"), `part:///${folder}`).pathname.slice(1));
  } catch (error) {
    throw new PartError("refers to a part by a name that is none", undefined, error);
  }
}
