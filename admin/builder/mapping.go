package builder

import (
	"encoding/json"
	"strings"

	"samtjanst/forms"
	"samtjanst/platform/flow"
)

// A mapping is written one move a line: "/gammal -> /ny" moves an answer, "/gammal ->" drops it, "-> /ny = värde" gives one where none was. A value
// that is JSON (true, 3, "text") is that; any other is a text.

// parsePolicy reads what was typed; bad is the first line that cannot be read.
func parsePolicy(kind, mapping string) (p flow.Policy, bad string) {
	p.Kind = kind
	if kind != flow.Migrate {
		return p, ""
	}
	for _, line := range strings.Split(mapping, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		from, to, ok := strings.Cut(line, "->")
		to, value, given := strings.Cut(to, "=")
		m := flow.Move{From: forms.Pointer(strings.TrimSpace(from)), To: forms.Pointer(strings.TrimSpace(to))}
		if !ok || m.From != "" && m.From[0] != '/' || m.To != "" && m.To[0] != '/' || m.From == "" && m.To == "" {
			return p, line
		}
		if given {
			value = strings.TrimSpace(value)
			if forms.UnmarshalExact([]byte(value), &m.Default) != nil {
				m.Default = value
			}
		}
		p.Mapping = append(p.Mapping, m)
	}
	return p, ""
}

// mappingLines writes a mapping as it is typed.
func mappingLines(p flow.Policy) []string {
	var out []string
	for _, m := range p.Mapping {
		line := strings.TrimSpace(string(m.From) + " -> " + string(m.To))
		if m.Default != nil {
			raw, _ := json.Marshal(m.Default) // was read from JSON
			line += " = " + string(raw)
		}
		out = append(out, line)
	}
	return out
}
