package scim

import (
	"maps"
	"slices"
	"strings"
)

// operation of a PATCH (RFC 7644 section 3.5.2). Entra ID writes Op with a capital letter of its value, Okta leaves the path out.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

const maxOperations = 1000

// patch changes a resource's data, all of it or, with a fault, nothing that is to be kept.
func (t *resourceType) patch(data map[string]any, ops []operation) error {
	if len(ops) == 0 || len(ops) > maxOperations {
		return bad(invalidSyntax, "Operations has between 1 and %d", maxOperations)
	}
	for _, o := range ops {
		op := strings.ToLower(o.Op)
		if op != "add" && op != "remove" && op != "replace" {
			return bad(invalidSyntax, "op is add, remove or replace")
		}
		if strings.TrimSpace(o.Path) == "" {
			if err := t.patchAll(data, op, o.Value); err != nil {
				return err
			}
			continue
		}
		p, err := t.parsePath(o.Path)
		if err != nil {
			return err
		}
		if p.attribute != nil && p.attribute.fixed || p.sub != nil && p.sub.fixed {
			return bad(mutability, "%s is ours to say", p)
		}
		if err := p.apply(data, op, o.Value); err != nil {
			return err
		}
	}
	return t.complete(data)
}

// patchAll does an operation without path: each key of its value is a path. What we do not know and what is ours to say is passed over, as
// when a whole resource is sent.
func (t *resourceType) patchAll(data map[string]any, op string, value any) error {
	m, ok := value.(map[string]any)
	switch {
	case op == "remove":
		return bad(noTarget, "remove has a path")
	case !ok:
		return bad(invalidValue, "without path, value is an object")
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		p, err := t.parsePath(key)
		if err != nil || p.attribute != nil && p.attribute.fixed || p.sub != nil && p.sub.fixed {
			continue
		}
		if err := p.apply(data, op, m[key]); err != nil {
			return err
		}
	}
	return nil
}

// apply does one operation at a path.
func (p path) apply(data map[string]any, op string, value any) error {
	in := data
	if p.extension != "" {
		var ok bool
		if in, ok = data[p.extension].(map[string]any); !ok {
			in = map[string]any{}
		}
		defer func() {
			if len(in) > 0 {
				data[p.extension] = in
			} else {
				delete(data, p.extension)
			}
		}()
	}
	a := p.attribute
	switch {
	case a == nil:
		return p.applyExtension(in, op, value)
	case a.multi && (p.filter != nil || p.sub != nil):
		return p.applySome(in, op, value)
	case a.multi:
		return p.applyList(in, op, value)
	case p.sub != nil:
		m, ok := in[a.name].(map[string]any)
		if !ok {
			m = map[string]any{}
		}
		if err := put(m, p.sub, op, value); err != nil {
			return err
		}
		set(in, a.name, m)
		return nil
	case a.form == composite && op != "remove": // what is not told of stays (section 3.5.2.3)
		v, err := a.read(value)
		if err != nil {
			return err
		}
		new, _ := v.(map[string]any)
		old, _ := in[a.name].(map[string]any)
		if old == nil || new == nil {
			old = map[string]any{}
		}
		maps.Copy(old, new)
		set(in, a.name, old)
		return nil
	}
	return put(in, a, op, value)
}

// put does an operation with an attribute that has one value.
func put(in map[string]any, a *attribute, op string, value any) error {
	if op == "remove" {
		value = nil
	}
	v, err := a.read(value)
	if err != nil {
		return err
	}
	if v == nil {
		delete(in, a.name)
		return nil
	}
	in[a.name] = v
	return nil
}

func set[M map[string]any | []any](in map[string]any, name string, v M) {
	if len(v) == 0 {
		delete(in, name)
		return
	}
	in[name] = v
}

func (p path) applyExtension(in map[string]any, op string, value any) error {
	if op == "remove" {
		clear(in)
		return nil
	}
	m, ok := value.(map[string]any)
	if !ok {
		return bad(invalidValue, "%s is an object", p.extension)
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if a := find(users.extension(p.extension).attributes, key); a != nil && !a.fixed {
			if err := (path{attribute: a}).apply(in, op, m[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// applyList does an operation with a whole attribute of several values. Entra ID says with remove which of them go.
func (p path) applyList(in map[string]any, op string, value any) error {
	a := p.attribute
	v, err := a.read(value)
	if err != nil {
		return err
	}
	told, _ := v.([]any)
	have, _ := in[a.name].([]any)
	switch op {
	case "replace":
		set(in, a.name, told)
	case "remove":
		if value == nil {
			delete(in, a.name)
			return nil
		}
		set(in, a.name, slices.DeleteFunc(slices.Clone(have), func(one any) bool {
			return slices.ContainsFunc(told, func(t any) bool { return key(t) == key(one) })
		}))
	case "add":
		at := map[string]int{}
		for i, one := range have {
			at[key(one)] = i
		}
		have = slices.Clone(have)
		for _, t := range told {
			if primary(t) {
				unprimary(have)
			}
			if i, there := at[key(t)]; there {
				have[i] = t
				continue
			}
			at[key(t)] = len(have)
			have = append(have, t)
		}
		set(in, a.name, have)
	}
	return nil
}

// key tells two values of an attribute apart: by their value and type.
func key(v any) string {
	if m, ok := v.(map[string]any); ok {
		value, _ := m["value"].(string)
		kind, _ := m["type"].(string)
		return value + "\x00" + kind
	}
	s, _ := v.(string)
	return s
}

func primary(v any) bool {
	m, _ := v.(map[string]any)
	return m["primary"] == true
}

// unprimary has no value be the first any more (RFC 7643 section 2.4: one at most is).
func unprimary(all []any) {
	for _, v := range all {
		if m, ok := v.(map[string]any); ok && primary(m) {
			m["primary"] = false
		}
	}
}

// applySome does an operation with those values of an attribute that a filter chooses, or with a part of each.
func (p path) applySome(in map[string]any, op string, value any) error {
	a := p.attribute
	have, _ := in[a.name].([]any)
	chosen := func(v any) bool {
		m, ok := v.(map[string]any)
		return ok && (p.filter == nil || p.filter.holds(m))
	}
	if op == "remove" && p.sub == nil {
		set(in, a.name, slices.DeleteFunc(slices.Clone(have), chosen))
		return nil
	}
	if !slices.ContainsFunc(have, chosen) {
		if op == "remove" {
			return nil
		}
		made := made(p.filter)
		if op == "replace" || made == nil { // section 3.5.2.3
			return bad(noTarget, "no value of %s is as the brackets say", a.name)
		}
		have = append(slices.Clone(have), made)
		chosen = func(v any) bool { m, _ := v.(map[string]any); return same(m, made) }
	}
	out := make([]any, 0, len(have))
	for _, v := range have {
		if !chosen(v) {
			out = append(out, v)
			continue
		}
		m, _ := copied(v).(map[string]any)
		if p.sub != nil {
			if err := put(m, p.sub, op, value); err != nil {
				return err
			}
		} else {
			v, err := a.one(value)
			if err != nil {
				return err
			}
			new, _ := v.(map[string]any)
			if op == "replace" {
				clear(m)
			}
			maps.Copy(m, new)
		}
		if primary(m) && !primary(v) {
			unprimary(have)
			unprimary(out)
		}
		if len(m) > 0 {
			out = append(out, m)
		}
	}
	set(in, a.name, out)
	return nil
}

// made gives a value that a filter of nothing but equalities chooses; nil for any other filter.
func made(e expression) map[string]any {
	out := map[string]any{}
	all, ok := e.(allOf)
	if !ok {
		all = allOf{e}
	}
	for _, one := range all {
		c, ok := one.(comparison)
		if !ok || c.operator != "eq" || c.value == nil || c.path.attribute == nil {
			return nil
		}
		out[c.path.attribute.name] = c.value
	}
	return out
}
