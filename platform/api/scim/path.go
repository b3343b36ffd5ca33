package scim

import (
	"strings"
)

// path leads to a part of a resource: `userName`, `name.familyName`, `emails[type eq "work"].value`,
// `urn:…:enterprise:2.0:User:department` (RFC 7644 figure 7 and section 3.10).
type path struct {
	extension string     // "" for the resource's own
	attribute *attribute // nil: the whole extension
	filter    expression // of the values of a multi-valued attribute; nil all of them
	sub       *attribute // nil: the whole value
}

// parsePath reads a path. Its faults are of the scimType invalidPath, or invalidFilter within brackets.
func (t *resourceType) parsePath(s string) (path, error) {
	l := &lexer{in: s}
	w, err := l.word()
	if err != nil {
		return path{}, bad(invalidPath, "the path does not begin with an attribute's name")
	}
	p, ok := t.resolve(w)
	if !ok {
		return path{}, bad(invalidPath, "there is no attribute at the path")
	}
	if l.accept("[") {
		if p.attribute == nil || !p.attribute.multi || p.attribute.subs == nil || p.sub != nil {
			return path{}, bad(invalidPath, "brackets are for attributes with several values of several parts")
		}
		ps := parser{lexer: l, names: within(p.attribute)}
		if p.filter, err = ps.or(0); err != nil {
			return path{}, err
		}
		if !l.accept("]") {
			return path{}, bad(invalidPath, "a bracket is not closed")
		}
		if l.accept(".") {
			name, err := l.word()
			if err != nil {
				return path{}, bad(invalidPath, "the path ends with a full stop")
			}
			if p.sub = p.attribute.sub(name); p.sub == nil {
				return path{}, bad(invalidPath, "there is no such part of the attribute")
			}
		}
	}
	if !l.end() {
		return path{}, bad(invalidPath, "the path goes on where it should end")
	}
	return p, nil
}

// resolve finds what a name without brackets is of; with the schema's name before it or without.
func (t *resourceType) resolve(name string) (path, bool) {
	var p path
	all := func(n string) *attribute { return t.find(n) }
	for _, s := range append(t.extensions[:len(t.extensions):len(t.extensions)], t.core) {
		rest, ok := cutFold(name, s.id)
		if !ok || rest != "" && rest[0] != ':' {
			continue
		}
		if s != t.core {
			p.extension = s.id
			all = func(n string) *attribute { return find(s.attributes, n) }
		}
		if name = strings.TrimPrefix(rest, ":"); name == "" {
			return p, s != t.core
		}
		break
	}
	name, sub, deep := strings.Cut(name, ".")
	if p.attribute = all(name); p.attribute == nil {
		return p, false
	}
	if deep {
		p.sub = p.attribute.sub(sub)
		return p, p.sub != nil
	}
	return p, true
}

func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// values gives what stands at a path of a resource: one for each value of an attribute with several.
func (p path) values(resource map[string]any) []any {
	if p.extension != "" {
		resource, _ = resource[p.extension].(map[string]any)
	}
	if p.attribute == nil {
		if resource == nil {
			return nil
		}
		return []any{resource}
	}
	var out []any
	add := func(v any) {
		if p.filter != nil {
			if m, ok := v.(map[string]any); !ok || !p.filter.holds(m) {
				return
			}
		}
		if p.sub != nil {
			m, _ := v.(map[string]any)
			v = m[p.sub.name]
		}
		if v != nil {
			out = append(out, v)
		}
	}
	switch v := resource[p.attribute.name].(type) {
	case []any:
		for _, one := range v {
			add(one)
		}
	default:
		add(v)
	}
	return out
}

// leaf is the attribute whose values can be compared: of one with parts, its value.
func (p path) leaf() (path, *attribute) {
	switch {
	case p.attribute == nil:
		return p, nil
	case p.sub != nil:
		return p, p.sub
	case p.attribute.subs == nil:
		return p, p.attribute
	}
	p.sub = p.attribute.sub("value")
	return p, p.sub
}

// String is the path as the schemas spell it, without filter.
func (p path) String() string {
	var parts []string
	if p.extension != "" {
		parts = append(parts, p.extension)
	}
	if p.attribute != nil {
		name := p.attribute.name
		if p.sub != nil {
			name += "." + p.sub.name
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, ":")
}
