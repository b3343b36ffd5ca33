package scim

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const maxString = 2000 // characters of a value

// read takes from what a client sent what a resource of the type has, spelt as the schemas spell it. What we do not know, and what is ours to
// say, is passed over (RFC 7644 section 3.3: clients send back what they were given). The fault is of the scimType invalidValue.
func (t *resourceType) read(sent map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(sent)) {
		if x := t.extension(key); x != nil {
			m, ok := sent[key].(map[string]any)
			if !ok {
				return nil, bad(invalidValue, "%s is an object", x.id)
			}
			read, err := parts(x.id, x.attributes, m)
			if err != nil {
				return nil, err
			}
			if len(read) > 0 {
				out[x.id] = read
			}
			continue
		}
		a := t.find(key)
		if a == nil || a.fixed {
			continue
		}
		v, err := a.read(sent[key])
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[a.name] = v
		}
	}
	return out, t.complete(out)
}

// complete refuses a resource without what it must have.
func (t *resourceType) complete(r map[string]any) error {
	for _, a := range t.core.attributes {
		if s, _ := r[a.name].(string); a.required && strings.TrimSpace(s) == "" {
			return bad(invalidValue, "%s is required", a.name)
		}
	}
	return nil
}

func parts(of string, known []*attribute, sent map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(sent)) {
		a := find(known, key)
		if a == nil || a.fixed {
			continue
		}
		v, err := a.read(sent[key])
		if err != nil {
			return nil, bad(invalidValue, "%s: %s", of, refusalOf(err).Detail)
		}
		if v != nil {
			out[a.name] = v
		}
	}
	return out, nil
}

// read takes an attribute's value; nil when there is none.
func (a *attribute) read(v any) (any, error) {
	list, many := v.([]any)
	if !a.multi {
		if many {
			return nil, bad(invalidValue, "%s has one value", a.name)
		}
		return a.one(v)
	}
	if !many {
		list = []any{v}
	}
	var out []any
	for _, one := range list {
		read, err := a.one(one)
		if err != nil {
			return nil, err
		}
		if read != nil {
			out = append(out, read)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

func (a *attribute) one(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case map[string]any:
		if a.form != composite {
			return nil, bad(invalidValue, "%s has no parts", a.name)
		}
		m, err := parts(a.name, a.subs, v)
		if err != nil || len(m) == 0 {
			return nil, err
		}
		return m, nil
	case string:
		switch a.form {
		case composite: // as Entra ID sends a manager
			if s := a.sub("value"); s != nil && v != "" {
				return map[string]any{s.name: v}, nil
			}
		case boolean: // as Entra ID sends it
			switch strings.ToLower(v) {
			case "true":
				return true, nil
			case "false":
				return false, nil
			}
		default:
			if utf8.RuneCountInString(v) <= maxString && utf8.ValidString(v) && !strings.ContainsFunc(v, func(c rune) bool { return unicode.IsControl(c) && !unicode.IsSpace(c) }) {
				return v, nil
			}
		}
	case bool:
		if a.form == boolean {
			return v, nil
		}
	case json.Number:
		if a.form == text {
			return v.String(), nil
		}
	}
	return nil, bad(invalidValue, "%s cannot have the value", a.name)
}

// resource is a user or a group as it is kept.
type resource struct {
	ID       string         `json:"id"`
	Created  time.Time      `json:"created"`
	Modified time.Time      `json:"modified"`
	Data     map[string]any `json:"data"` // as read by resourceType.read
	rev      int64
}

func (r *resource) text(name string) string {
	s, _ := r.Data[name].(string)
	return s
}

// version is the resource's entity tag (RFC 7644 section 3.14).
func (r *resource) version() string { return `W/"` + itoa(r.rev) + `"` }

// clone copies a resource deep enough that its data can be changed.
func (r *resource) clone() *resource {
	c := *r
	c.Data, _ = copied(r.Data).(map[string]any)
	return &c
}

func copied(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, one := range v {
			out[k] = copied(one)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = copied(one)
		}
		return out
	}
	return v
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }
