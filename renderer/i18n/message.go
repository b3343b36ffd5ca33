package i18n

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
)

// pluralForms are CLDR's categories. A mapping whose keys are all among them, with "other", is one text in several forms.
var pluralForms = map[string]plural.Form{"other": plural.Other, "zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many}

func isPlural(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode {
		return false
	}
	other := false
	for i := 0; i < len(n.Content); i += 2 {
		if _, ok := pluralForms[n.Content[i].Value]; !ok {
			return false
		}
		other = other || n.Content[i].Value == "other"
	}
	return other
}

// message is a parsed text: its plural forms, each cut at the placeholders.
type message struct {
	other []part
	forms map[plural.Form][]part // nil for a text without plural
}

// part is literal text or, when name is set, a placeholder.
type part struct{ text, name string }

func parseMessage(forms map[string]string) (message, error) {
	var m message
	for name, text := range forms {
		parts, err := cut(text)
		if err != nil {
			return message{}, err
		}
		if name == "other" {
			m.other = parts
			continue
		}
		if m.forms == nil {
			m.forms = map[plural.Form][]part{}
		}
		m.forms[pluralForms[name]] = parts
	}
	return m, nil
}

func cut(text string) ([]part, error) {
	var parts []part
	for text != "" {
		before, after, found := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return nil, errors.New("a } without {")
		}
		if before != "" {
			parts = append(parts, part{text: before})
		}
		if !found {
			break
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed || name == "" || strings.ContainsAny(name, " {") {
			return nil, errors.New("a placeholder is written {name}")
		}
		parts = append(parts, part{name: name})
		text = rest
	}
	return parts, nil
}

// placeholders gives the names used in any form.
func (m message) placeholders() map[string]bool {
	names := map[string]bool{}
	note := func(parts []part) {
		for _, p := range parts {
			if p.name != "" {
				names[p.name] = true
			}
		}
	}
	note(m.other)
	for _, parts := range m.forms {
		note(parts)
	}
	return names
}

func (m message) render(l *Locale, args []any) string {
	parts := m.other
	if m.forms != nil {
		if n, ok := argument(args, "n"); ok {
			if chosen, ok := m.forms[l.pluralForm(n)]; ok {
				parts = chosen
			}
		}
	}
	if len(parts) == 1 && parts[0].name == "" {
		return parts[0].text
	}
	var b strings.Builder
	for _, p := range parts {
		if p.name == "" {
			b.WriteString(p.text)
		} else if v, ok := argument(args, p.name); ok {
			b.WriteString(l.Value(v))
		}
	}
	return b.String()
}

// argument finds a parameter in T's arguments.
func argument(args []any, name string) (any, bool) {
	if len(args) == 1 {
		if m, ok := args[0].(map[string]any); ok {
			v, ok := m[name]
			return v, ok
		}
	}
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return nil, false
}

func (l *Locale) pluralForm(v any) plural.Form {
	var n int
	switch v := v.(type) {
	case int:
		n = v
	case int64:
		n = int(v)
	case json.Number:
		i, err := v.Int64()
		if err != nil {
			return plural.Other
		}
		n = int(i)
	default:
		return plural.Other
	}
	if n < 0 {
		n = -n
	}
	return plural.Cardinal.MatchPlural(l.plurals, n, 0, 0, 0, 0)
}

// Value writes a parameter as the language does.
func (l *Locale) Value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return l.Int(int64(v))
	case int64:
		return l.Int(v)
	case json.Number:
		return l.Number(string(v))
	case float64:
		return l.Number(fmt.Sprint(v))
	case time.Time:
		return l.Date(v)
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}
