package diff

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/expr"
)

// judgement of a key of form.yaml.
type judgement struct {
	effect Effect
	why    string
}

// unknown is said of a key that nobody has judged.
var unknown = judgement{Asks, "what it means for drafts is not known"}

// keys of form.yaml. computed has a comparison of its own, login too where it is lowered.
var keys = map[string]judgement{
	"id":    {Breaks, "it is another service: drafts belong to the old one"},
	"title": {}, "summary": {}, "category": {}, "keywords": {}, "responsible": {}, "legal": {}, "overview": {}, "class": {}, "subject": {},
	"signing": {}, "decision": {}, "delivery": {}, "handover": {}, "dispatch": {}, "letters": {}, "copyable": {}, "reference": {}, "series": {}, "retention": {},
	"draftNotice": {}, "drafts": {}, "stages": {}, "limits": {}, "unique": {},
	"draftDays": {Safe, "drafts are kept for the new time after their next change"},
	"authority": {Asks, "who has a draft was told that another board is responsible for the answers"},
	"audience":  {Breaks, "those who have drafts may not be those that the service is for"},
	"login":     {Asks, "who has a draft has to log in at a higher level"},
	"prefill":   {Asks, "a draft has the register's facts that it was begun with"},
	"parties":   {Asks, "somebody else may have to take part"},
	"own":       {Breaks, "the section that each party fills is another"},
	"contact":   {Asks, "whoever handed in may have been promised something else"},
	"hindrance": {Asks, "a draft may be stopped"},
	"settings":  {Asks, "conditions and expressions read these values"},
}

// meta compares form.yaml key by key.
func (c *comparer) meta() {
	a, b := reflect.ValueOf(c.a.form.Def.Meta), reflect.ValueOf(c.b.form.Def.Meta)
	for i := range a.NumField() {
		key := a.Type().Field(i).Tag.Get("yaml")
		if key == "computed" || same(a.Field(i).Interface(), b.Field(i).Interface()) {
			continue
		}
		j, known := keys[key]
		if !known {
			j = unknown
		}
		switch was, is := a.Field(i), b.Field(i); {
		case key != "login":
		case was.Int() == 0 || is.Int() == 0:
			j = judgement{Breaks, "what is begun without login belongs to a browser, with login to a person: neither can go on as the other"}
		case is.Int() < was.Int():
			j = judgement{}
		}
		c.at(forms.FormFile, "/"+key, Change{Effect: j.effect, Code: "form-" + key, What: changed(key, a.Field(i), b.Field(i)), Why: j.why})
	}
}

// changed says from what to what where that is short.
func changed(key string, a, b reflect.Value) string {
	switch a.Kind() {
	case reflect.String, reflect.Int, reflect.Bool:
		from, to := fmt.Sprint(a.Interface()), fmt.Sprint(b.Interface())
		if len(from)+len(to) < 100 && !strings.Contains(from+to, "\n") {
			return fmt.Sprintf("%s changed from %s to %s", key, quote(from), quote(to))
		}
	}
	return key + " changed"
}

func quote(s string) string {
	if s == "" {
		return "nothing"
	}
	return `"` + s + `"`
}

// computed compares the computed values one by one. Those that decide what is shown or offered ask again.
func (c *comparer) computed() {
	a, b := c.a.form.Def.Meta.Computed, c.b.form.Def.Meta.Computed
	decides, _ := c.deciding()
	for _, name := range union(a, b) {
		if a[name] == b[name] {
			continue
		}
		ch := Change{Code: "computed-changed", What: fmt.Sprintf("computed value %q changed", name)}
		switch "" {
		case a[name]:
			ch.Code, ch.What = "computed-added", fmt.Sprintf("computed value %q added", name)
		case b[name]:
			ch.Code, ch.What = "computed-removed", fmt.Sprintf("computed value %q removed", name)
		default:
			if decides[name] {
				ch.Effect, ch.Why = Asks, "it decides what is shown or offered"
			}
		}
		c.at(forms.FormFile, "/computed/"+name, ch)
	}
}

// deciding are the computed values that conditions and options read, directly or through others, in the new form; and the texts of all
// expressions on the way.
func (c *comparer) deciding() (out map[string]bool, texts []string) {
	out = map[string]bool{}
	computed := c.b.form.Def.Meta.Computed
	var follow func(reads []forms.Pointer)
	expression := func(text string) {
		texts = append(texts, text)
		if p, err := expr.Compile(text); err == nil {
			follow(p.Reads())
		}
	}
	follow = func(reads []forms.Pointer) {
		for _, r := range reads {
			t := r.Tokens()
			if t[0] != "computed" {
				continue
			}
			for name := range computed {
				if (len(t) == 1 || t[1] == name) && !out[name] {
					out[name] = true
					expression(computed[name])
				}
			}
		}
	}
	condition := func(when *forms.Condition) {
		if when != nil {
			follow(when.Reads)
		}
	}
	for _, p := range c.b.form.Def.Layout.Pages {
		condition(p.ShowWhen)
		for _, s := range p.Sections {
			condition(s.ShowWhen)
			for _, f := range s.Fields {
				condition(f.ShowWhen)
				if f.OptionsFrom != "" {
					expression(f.OptionsFrom)
				}
			}
		}
	}
	for _, h := range c.b.form.Def.Meta.Hindrance {
		condition(h.When)
	}
	for _, p := range c.b.form.Def.Meta.Parties {
		condition(p.Signs)
		if p.From != "" {
			expression(p.From)
		}
	}
	return out, texts
}

// tables compares the tables. One that decides what is shown or offered asks again; any other only makes values come out otherwise.
func (c *comparer) tables() {
	a, b := c.a.form.Def.Tables, c.b.form.Def.Tables
	_, texts := c.deciding()
	for _, name := range union(a, b) {
		if same(a[name], b[name]) {
			continue
		}
		_, was := a[name]
		_, is := b[name]
		ch := Change{Code: "table-changed", What: fmt.Sprintf("table %q changed", name)}
		switch {
		case !was:
			ch.Code, ch.What = "table-added", fmt.Sprintf("table %q added", name)
		case !is:
			ch.Code, ch.What = "table-removed", fmt.Sprintf("table %q removed", name)
		case slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, `"`+name+`"`) || strings.Contains(t, "'"+name+"'") }):
			ch.Effect, ch.Why = Asks, "it decides what is shown or offered"
		}
		c.at(forms.TableDir+"/"+name+".yaml", "", ch)
	}
}

func union[V any](a, b map[string]V) []string {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// texts compares the translations: how many changed says enough.
func (c *comparer) texts() {
	a, b := c.a.form.Def.Text, c.b.form.Def.Text
	for _, lang := range union(a, b) {
		n := 0
		for _, key := range union(a[lang], b[lang]) {
			if a[lang][key] != b[lang][key] {
				n++
			}
		}
		file := "text/" + lang + ".yaml"
		switch {
		case a[lang] == nil:
			c.add(Change{Code: "language-added", File: file, What: fmt.Sprintf("translated to %q", lang)})
		case b[lang] == nil:
			c.add(Change{Code: "language-removed", File: file, What: fmt.Sprintf("no longer translated to %q", lang), Why: "its readers read Swedish"})
		case n > 0:
			c.add(Change{Code: "translations-changed", File: file, What: fmt.Sprintf("%s to %q changed", count(n, "translation"), lang)})
		}
	}
}

func (c *comparer) documents() {
	a, b := c.a.form.Def.Documents, c.b.form.Def.Documents
	for _, name := range union(a, b) {
		what := "changed"
		switch {
		case a[name] == nil:
			what = "added"
		case b[name] == nil:
			what = "removed"
		case maps.Equal(a[name], b[name]):
			continue
		}
		c.add(Change{Code: "document-" + what, File: "documents/" + name + ".md", What: fmt.Sprintf("document %q %s", name, what)})
	}
}
