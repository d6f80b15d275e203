/** A tool, or a namespace of tools, as far as these tests need it. A `custom` one takes plain text. */
export interface OfferedTool {
  readonly type: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly tools?: readonly OfferedTool[];
}

/** A request, as far as it offers tools. */
export interface WithTools {
  readonly tools?: readonly OfferedTool[];
  readonly input?: readonly object[];
}

/** Every tool that a request offers: in its list, in an `additional_tools` item, and in their namespaces. */
export function offeredTools({ tools = [], input = [] }: WithTools): readonly OfferedTool[] {
  const more = input.flatMap((item: { type?: string; tools?: readonly OfferedTool[] }) =>
    item.type === "additional_tools" ? (item.tools ?? []) : [],
  );
  return [...tools, ...more].flatMap((tool) =>
    tool.type === "namespace" ? (tool.tools ?? []).map((inner) => withNamespace(inner, tool.name)) : [tool],
  );
}

function withNamespace(tool: OfferedTool, namespace: string | undefined): OfferedTool {
  return namespace === undefined ? tool : { ...tool, namespace };
}
