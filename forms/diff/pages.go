package diff

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"samtjanst/forms"
)

func layoutPath(page, section, field int) string {
	return "/pages/" + strconv.Itoa(page) + "/sections/" + strconv.Itoa(section) + "/fields/" + strconv.Itoa(field)
}

// pages compares the journey: which pages there are, in which order, for whom and when.
func (c *comparer) pages() {
	a, b := pagesOf(c.a.form), pagesOf(c.b.form)
	for _, p := range c.a.form.Pages {
		if b[p.ID] == nil {
			c.add(Change{Code: "page-removed", File: forms.LayoutFile, What: fmt.Sprintf("page %q removed", p.ID)})
		}
	}
	var before, after []string
	for _, p := range c.b.form.Pages {
		at := "/pages/" + strconv.Itoa(p.Index)
		old := a[p.ID]
		if old == nil {
			c.at(forms.LayoutFile, at, Change{Code: "page-added", What: fmt.Sprintf("page %q added", p.ID)})
			continue
		}
		after = append(after, p.ID)
		if old.Own != p.Own {
			c.at(forms.LayoutFile, at, Change{Effect: Breaks, Code: "page-own", What: fmt.Sprintf("page %q is %s", p.ID, ownWords[p.Own]),
				Why: "answers given for one party's eyes would stand among the common ones, or the other way around"})
		}
		if old.Title["sv"] != p.Title["sv"] || old.Help["sv"] != p.Help["sv"] {
			c.at(forms.LayoutFile, at, Change{Code: "texts-changed", What: fmt.Sprintf("texts of page %q changed", p.ID)})
		}
		c.pageRest(&c.a.form.Def.Layout.Pages[old.Index], &c.b.form.Def.Layout.Pages[p.Index], at)
		c.condition(old.ShowWhen, p.ShowWhen, at+"/showWhen", fmt.Sprintf("page %q", p.ID), "", requires(c.b.form, p))
	}
	for _, p := range c.a.form.Pages {
		if b[p.ID] != nil {
			before = append(before, p.ID)
		}
	}
	if !slices.Equal(before, after) {
		c.add(Change{Code: "pages-reordered", File: forms.LayoutFile, What: "the pages stand in another order"})
	}
}

// toldOfPage are the keys of a page in the layout that are compared otherwise, judgedOfPage the rest.
var (
	toldOfPage   = map[string]bool{"id": true, "title": true, "help": true, "own": true, "showWhen": true, "sections": true}
	judgedOfPage = map[string]judgement{
		"repeat": {Asks, "its questions are asked for other rows than a draft has answered them for"},
	}
)

func (c *comparer) pageRest(a, b *forms.LayoutPage, at string) {
	v, w := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("yaml")
		if toldOfPage[key] || same(v.Field(i).Interface(), w.Field(i).Interface()) {
			continue
		}
		j, known := judgedOfPage[key]
		if !known {
			j = unknown
		}
		c.at(forms.LayoutFile, at+"/"+key, Change{Effect: j.effect, Code: "page-" + key, What: fmt.Sprintf("%s of page %q changed", key, b.ID), Why: j.why})
	}
}

var ownWords = map[bool]string{true: "now each party's own", false: "no longer each party's own"}

func pagesOf(f *forms.Form) map[string]*forms.Page {
	out := map[string]*forms.Page{}
	for _, p := range f.Pages {
		out[p.ID] = p
	}
	return out
}

// requires reports whether a page asks for anything that must be answered.
func requires(f *forms.Form, p *forms.Page) bool {
	for _, field := range f.Fields {
		if field.Page == p && field.Required {
			return true
		}
	}
	return false
}

// condition compares what decides whether something is shown. Required fields that come to be shown ask for an answer.
func (c *comparer) condition(a, b *forms.Condition, path, what string, at forms.Pointer, required bool) {
	if sameCondition(a, b) {
		return
	}
	ch := Change{Code: "condition-changed", Pointer: at, What: "the condition of " + what + " changed"}
	switch {
	case a == nil:
		ch.Code, ch.What = "condition-added", what+" is shown on a condition now"
		ch.Why = "where it is hidden, what a draft has answered there is not handed in"
	case b == nil:
		ch.Code, ch.What = "condition-removed", what+" is always shown now"
	}
	if a != nil && required {
		ch.Effect, ch.Why = Asks, "it may be shown where it was not, and something in it is required"
	}
	c.at(forms.LayoutFile, path, ch)
}

func sameCondition(a, b *forms.Condition) bool {
	return a == nil && b == nil || a != nil && b != nil && same(a, b)
}

// shown compares notices and shown facts, which have no answers.
func (c *comparer) shown() {
	for _, id := range union(c.a.entries, c.b.entries) {
		a, wasThere := c.a.entries[id]
		b, isThere := c.b.entries[id]
		if (wasThere && a.Pointer != "") || (isThere && b.Pointer != "") {
			continue
		}
		switch {
		case !wasThere:
			ch := Change{Code: "notice-added", What: fmt.Sprintf("%s %q added", kindOf(b), short(id))}
			if b.Kind == "stop" {
				ch.Effect, ch.Why = Asks, "a draft may be stopped"
			}
			c.at(forms.LayoutFile, b.path, ch)
		case !isThere:
			c.add(Change{Code: "notice-removed", File: forms.LayoutFile, What: fmt.Sprintf("%s %q removed", kindOf(a), short(id))})
		case !same(a.LayoutField, b.LayoutField):
			ch := Change{Code: "notice-changed", What: fmt.Sprintf("%s %q changed", kindOf(b), short(id))}
			if b.Kind == "stop" && (a.Kind != "stop" || !sameCondition(a.ShowWhen, b.ShowWhen)) {
				ch.Effect, ch.Why = Asks, "a draft may be stopped"
			}
			c.at(forms.LayoutFile, b.path, ch)
		}
	}
}

func kindOf(e entry) string {
	if e.Fact != "" {
		return "shown fact"
	}
	return cmp.Or(e.Kind, "notice")
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
