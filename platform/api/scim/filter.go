package scim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a filter.
const (
	maxFilter = 8 << 10 // bytes
	maxDepth  = 20      // of parentheses, negations and brackets within each other
)

// expression is a filter, read (RFC 7644 section 3.4.2.2).
type expression interface {
	holds(resource map[string]any) bool
	paths() []path // that it asks about
}

type (
	anyOf   []expression
	allOf   []expression
	negated struct{ expression }
	// having holds when a value of an attribute with several has all that is asked between the brackets.
	having struct{ path }
	// comparison of what stands at a path with a value; of several, one has to compare so.
	comparison struct {
		path
		operator string
		leaf     *attribute
		value    any // string, bool, time.Time, or nil for null; of pr nothing
	}
)

func (e anyOf) holds(r map[string]any) bool {
	return slices.ContainsFunc(e, func(x expression) bool { return x.holds(r) })
}

func (e allOf) holds(r map[string]any) bool {
	return !slices.ContainsFunc(e, func(x expression) bool { return !x.holds(r) })
}

func (e negated) holds(r map[string]any) bool { return !e.expression.holds(r) }

func (e having) holds(r map[string]any) bool { return len(e.path.values(r)) > 0 }

func (e comparison) holds(r map[string]any) bool {
	values := e.path.values(r)
	switch {
	case e.operator == "pr":
		return slices.ContainsFunc(values, func(v any) bool { return v != "" })
	case e.value == nil:
		return (e.operator == "eq") == (len(values) == 0)
	case len(values) == 0: // what is not there differs from everything
		return e.operator == "ne"
	}
	return slices.ContainsFunc(values, func(v any) bool { return compare(e.operator, e.leaf, v, e.value) })
}

func (e anyOf) paths() []path {
	var out []path
	for _, x := range e {
		out = append(out, x.paths()...)
	}
	return out
}

func (e allOf) paths() []path      { return anyOf(e).paths() }
func (e negated) paths() []path    { return e.expression.paths() }
func (e having) paths() []path     { return []path{e.path} }
func (e comparison) paths() []path { return []path{e.path} }

// compare one value with what was asked for. A boolean is only the same or not; moments are compared as moments.
func compare(operator string, a *attribute, have, want any) bool {
	switch want := want.(type) {
	case bool:
		b, ok := have.(bool)
		return ok && (b == want) == (operator == "eq")
	case time.Time:
		s, _ := have.(string)
		t, err := time.Parse(time.RFC3339Nano, s)
		return err == nil && ordered(operator, t.Compare(want))
	case string:
		s, ok := have.(string)
		if !ok {
			return false
		}
		if !a.exact {
			s, want = strings.ToLower(s), strings.ToLower(want)
		}
		switch operator {
		case "co":
			return strings.Contains(s, want)
		case "sw":
			return strings.HasPrefix(s, want)
		case "ew":
			return strings.HasSuffix(s, want)
		}
		return ordered(operator, strings.Compare(s, want))
	}
	return false
}

func ordered(operator string, cmp int) bool {
	switch operator {
	case "eq":
		return cmp == 0
	case "ne":
		return cmp != 0
	case "gt":
		return cmp > 0
	case "ge":
		return cmp >= 0
	case "lt":
		return cmp < 0
	case "le":
		return cmp <= 0
	}
	return false
}

// parseFilter reads a filter of a kind of resource. Its faults are of the scimType invalidFilter.
func (t *resourceType) parseFilter(s string) (expression, error) {
	if len(s) > maxFilter || !utf8.ValidString(s) {
		return nil, bad(invalidFilter, "the filter is over %d bytes, or no UTF-8", maxFilter)
	}
	ps := parser{lexer: &lexer{in: s}, names: t.resolve, brackets: true}
	e, err := ps.or(0)
	if err != nil {
		return nil, err
	}
	if !ps.end() {
		return nil, bad(invalidFilter, "the filter goes on where it should end")
	}
	return e, nil
}

// within resolves names of parts of an attribute.
func within(a *attribute) func(string) (path, bool) {
	return func(name string) (path, bool) {
		s := a.sub(name)
		return path{attribute: s}, s != nil
	}
}

// parser of filters: or of and of terms.
type parser struct {
	*lexer
	names    func(string) (path, bool)
	brackets bool // attributes may have filters of their own
}

func (p parser) or(depth int) (expression, error) {
	first, err := p.and(depth)
	if err != nil {
		return nil, err
	}
	all := anyOf{first}
	for p.keyword("or") {
		next, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		all = append(all, next)
	}
	if len(all) == 1 {
		return first, nil
	}
	return all, nil
}

func (p parser) and(depth int) (expression, error) {
	first, err := p.term(depth)
	if err != nil {
		return nil, err
	}
	all := allOf{first}
	for p.keyword("and") {
		next, err := p.term(depth)
		if err != nil {
			return nil, err
		}
		all = append(all, next)
	}
	if len(all) == 1 {
		return first, nil
	}
	return all, nil
}

func (p parser) term(depth int) (expression, error) {
	if depth > maxDepth {
		return nil, bad(invalidFilter, "more than %d levels", maxDepth)
	}
	not := p.keyword("not")
	if p.accept("(") {
		e, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.accept(")") {
			return nil, bad(invalidFilter, "a parenthesis is not closed")
		}
		if not {
			return negated{e}, nil
		}
		return e, nil
	}
	if not {
		return nil, bad(invalidFilter, "not is followed by a parenthesis")
	}
	name, err := p.word()
	if err != nil {
		return nil, err
	}
	at, ok := p.names(name)
	if !ok {
		return nil, bad(invalidFilter, "there is no such attribute")
	}
	if p.brackets && at.attribute != nil && at.attribute.multi && at.attribute.subs != nil && at.sub == nil && p.accept("[") {
		inner := parser{lexer: p.lexer, names: within(at.attribute)}
		if at.filter, err = inner.or(depth + 1); err != nil {
			return nil, err
		}
		if !p.accept("]") {
			return nil, bad(invalidFilter, "a bracket is not closed")
		}
		return having{at}, nil
	}
	return p.comparison(at)
}

func (p parser) comparison(at path) (expression, error) {
	op, err := p.word()
	if err != nil {
		return nil, err
	}
	op = strings.ToLower(op)
	if op == "pr" {
		return comparison{path: at, operator: op}, nil
	}
	if !slices.Contains([]string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"}, op) {
		return nil, bad(invalidFilter, "there is no such operator")
	}
	at, leaf := at.leaf()
	if leaf == nil {
		return nil, bad(invalidFilter, "the attribute has parts: say which is meant")
	}
	value, err := p.value()
	if err != nil {
		return nil, err
	}
	return checked(comparison{at, op, leaf, value})
}

// checked refuses comparisons that mean nothing, and reads moments.
func checked(c comparison) (expression, error) {
	equality := c.operator == "eq" || c.operator == "ne"
	if s, ok := c.value.(string); ok && c.leaf.form == boolean { // as Entra ID has it
		switch strings.ToLower(s) {
		case "true":
			c.value = true
		case "false":
			c.value = false
		}
	}
	switch v := c.value.(type) {
	case nil:
		if !equality {
			return nil, bad(invalidFilter, "null is only equal or not")
		}
	case bool:
		if !equality || c.leaf.form != boolean {
			return nil, bad(invalidFilter, "true and false are only equal or not, and only where an attribute is one of them")
		}
	case string:
		if c.leaf.form == boolean {
			return nil, bad(invalidFilter, "the attribute is true or false")
		}
		if c.leaf.form == moment && c.operator != "co" && c.operator != "sw" && c.operator != "ew" {
			t, err := time.Parse(time.RFC3339Nano, v)
			if err != nil {
				return nil, bad(invalidFilter, "the attribute is a moment: 2011-05-13T04:42:34Z")
			}
			c.value = t
		}
	}
	return c, nil
}

// lexer cuts a filter or path into words, signs and values.
type lexer struct {
	in string
	at int
}

func (l *lexer) space() {
	for l.at < len(l.in) && l.in[l.at] == ' ' {
		l.at++
	}
}

func (l *lexer) end() bool { l.space(); return l.at == len(l.in) }

// accept takes a sign if it is next.
func (l *lexer) accept(sign string) bool {
	l.space()
	if !strings.HasPrefix(l.in[l.at:], sign) {
		return false
	}
	l.at += len(sign)
	return true
}

func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_-$:.", c) >= 0
}

func (l *lexer) peek() string {
	l.space()
	end := l.at
	for end < len(l.in) && inWord(l.in[end]) {
		end++
	}
	return l.in[l.at:end]
}

func (l *lexer) word() (string, error) {
	w := l.peek()
	if w == "" {
		return "", bad(invalidFilter, "a name or an operator is missing")
	}
	l.at += len(w)
	return w, nil
}

func (l *lexer) keyword(k string) bool {
	if !strings.EqualFold(l.peek(), k) {
		return false
	}
	l.at += len(k)
	return true
}

// value is what JSON writes: a text, true, false, null. Numbers are texts to us, since no attribute is a number.
func (l *lexer) value() (any, error) {
	l.space()
	if strings.HasPrefix(l.in[l.at:], `"`) {
		end := l.at + 1
		for end < len(l.in) && l.in[end] != '"' {
			if l.in[end] == '\\' {
				end++
			}
			end++
		}
		var s string
		if end >= len(l.in) || json.Unmarshal([]byte(l.in[l.at:end+1]), &s) != nil {
			return nil, bad(invalidFilter, "a text is not written as in JSON")
		}
		l.at = end + 1
		return s, nil
	}
	w, err := l.word()
	if err != nil {
		return nil, bad(invalidFilter, "a value is missing")
	}
	switch strings.ToLower(w) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if w[0] >= '0' && w[0] <= '9' || w[0] == '-' {
		return w, nil
	}
	return nil, bad(invalidFilter, "a text stands in quotation marks")
}
