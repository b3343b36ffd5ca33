package scim

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Pages of a list (RFC 7644 section 3.4.2.4).
const (
	defaultCount = 100
	maxCount     = 200
)

// query is what a client asks of a list, in an address or posted (RFC 7644 sections 3.4.2 and 3.4.3).
type query struct {
	Filter     string   `json:"filter"`
	SortBy     string   `json:"sortBy"`
	SortOrder  string   `json:"sortOrder"`
	StartIndex *int     `json:"startIndex"`
	Count      *int     `json:"count"`
	Attributes []string `json:"attributes"`
	Excluded   []string `json:"excludedAttributes"`
}

// itoa writes a number.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// queryOf reads a query from an address, whose values get gives.
func queryOf(get func(string) string) (query, error) {
	q := query{Filter: get("filter"), SortBy: get("sortBy"), SortOrder: get("sortOrder"), Attributes: names(get("attributes")), Excluded: names(get("excludedAttributes"))}
	for name, into := range map[string]**int{"startIndex": &q.StartIndex, "count": &q.Count} {
		if s := get(name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil {
				return q, bad(invalidValue, "%s is a whole number", name)
			}
			*into = &n
		}
	}
	return q, nil
}

func names(list string) []string {
	return strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == ' ' })
}

// page cuts what was found: first is counted from 1.
func (q query) page(found int) (first, end int) {
	first, count := 1, defaultCount
	if q.StartIndex != nil {
		first = max(*q.StartIndex, 1)
	}
	if q.Count != nil {
		count = min(max(*q.Count, 0), maxCount)
	}
	first = min(first, found+1)
	return first, min(first-1+count, found)
}

// sorted orders resources; those without the attribute come last, and first when the order is descending (section 3.4.2.3).
func (q query) sorted(t *resourceType, all []map[string]any) error {
	if q.SortBy == "" {
		return nil
	}
	p, err := t.parsePath(q.SortBy)
	if err != nil {
		return err
	}
	p, leaf := p.leaf()
	if leaf == nil {
		return bad(invalidPath, "sortBy is of an attribute with parts: say which is meant")
	}
	value := func(r map[string]any) (string, bool) {
		for _, v := range p.values(r) {
			switch v := v.(type) {
			case string:
				if !leaf.exact {
					v = strings.ToLower(v)
				}
				return v, true
			case bool:
				return strconv.FormatBool(v), true
			}
		}
		return "", false
	}
	descending := strings.EqualFold(q.SortOrder, "descending")
	slices.SortStableFunc(all, func(a, b map[string]any) int {
		x, hasX := value(a)
		y, hasY := value(b)
		order := cmp.Or(cmp.Compare(btoi(hasY), btoi(hasX)), cmp.Compare(x, y))
		if descending {
			return -order
		}
		return order
	})
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// projection leaves of a resource what was asked for (section 3.9).
type projection struct {
	only, without []path
	asked         bool // attributes were named, if none that is known
}

func (q query) projection(t *resourceType) (projection, error) {
	if len(q.Attributes) > 0 && len(q.Excluded) > 0 {
		return projection{}, bad(invalidValue, "attributes and excludedAttributes are not used together")
	}
	resolve := func(names []string) []path {
		var out []path
		for _, n := range names {
			if p, ok := t.resolve(n); ok { // what there is not is not returned
				out = append(out, p)
			}
		}
		return out
	}
	return projection{resolve(q.Attributes), resolve(q.Excluded), len(q.Attributes) > 0}, nil
}

// of gives a resource as projected. What is always returned is.
func (p projection) of(t *resourceType, r map[string]any) map[string]any {
	out := r
	if p.asked {
		out = map[string]any{}
		for _, a := range t.common {
			if v, there := r[a.name]; there && a.always {
				out[a.name] = v
			}
		}
		for _, at := range p.only {
			at.copy(r, out)
		}
	}
	for _, at := range p.without {
		if at.attribute != nil && at.attribute.always {
			continue
		}
		out, _ = copied(out).(map[string]any)
		at.remove(out)
	}
	return out
}

// copy takes what stands at a path from one resource to another.
func (p path) copy(from, to map[string]any) {
	if p.extension != "" {
		in, ok := from[p.extension].(map[string]any)
		if !ok {
			return
		}
		if p.attribute == nil {
			to[p.extension] = in
			return
		}
		into, ok := to[p.extension].(map[string]any)
		if !ok {
			into = map[string]any{}
		}
		path{attribute: p.attribute, sub: p.sub}.copy(in, into)
		if len(into) > 0 {
			to[p.extension] = into
		}
		return
	}
	v, there := from[p.attribute.name]
	switch v := v.(type) {
	case nil:
	case map[string]any:
		if p.sub == nil {
			to[p.attribute.name] = v
		} else if one, ok := v[p.sub.name]; ok {
			into, ok := to[p.attribute.name].(map[string]any)
			if !ok {
				into = map[string]any{}
			}
			into[p.sub.name] = one
			to[p.attribute.name] = into
		}
	case []any:
		if p.sub == nil {
			to[p.attribute.name] = v
			return
		}
		into, ok := to[p.attribute.name].([]any)
		if !ok {
			into = make([]any, len(v))
			for i := range into {
				into[i] = map[string]any{}
			}
		}
		for i, one := range v {
			m, _ := one.(map[string]any)
			if s, ok := m[p.sub.name]; ok {
				into[i].(map[string]any)[p.sub.name] = s
			}
		}
		to[p.attribute.name] = into
	default:
		if there {
			to[p.attribute.name] = v
		}
	}
}

// remove takes what stands at a path away.
func (p path) remove(r map[string]any) {
	if p.extension != "" {
		in, _ := r[p.extension].(map[string]any)
		if p.attribute == nil || in == nil {
			delete(r, p.extension)
			return
		}
		p.extension, r = "", in
	}
	if p.sub == nil {
		delete(r, p.attribute.name)
		return
	}
	switch v := r[p.attribute.name].(type) {
	case map[string]any:
		delete(v, p.sub.name)
	case []any:
		for _, one := range v {
			if m, ok := one.(map[string]any); ok {
				delete(m, p.sub.name)
			}
		}
	}
}
