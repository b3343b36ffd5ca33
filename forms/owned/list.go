package owned

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/revise"
)

// list gives what may be changed in a form, in its order.
func list(f *Form) []Item {
	l := &lister{f: f, langs: slices.Sorted(maps.Keys(f.Def.Text)), texts: map[string]any{}}
	for _, lang := range l.langs {
		l.texts[lang], _ = revise.Get(f.Files, textFile(lang), "")
	}
	m := &f.Def.Meta
	l.text("about", "title", "", "form.title", Line, m.Title, true, "/title")
	l.text("about", "summary", "", "form.summary", Text, m.Summary, true, "/summary")
	o := &m.Overview
	for i, need := range o.Needs {
		n := strconv.Itoa(i)
		l.text("overview", "need", n, "overview.needs."+n, Line, need, true, forms.Pointer("/overview/needs/"+n))
	}
	l.text("overview", "signers", "", "overview.signers", Text, o.Signers, false, "/overview/signers")
	l.text("overview", "decision", "", "overview.decision", Text, o.Decision, false, "/overview/decision")
	l.text("overview", "help", "", "overview.help", Markdown, o.Help, false, "/overview/help")
	l.text("overview", "handling", "", "overview.handling", Markdown, o.Handling, true, "/overview/handling")
	l.text("overview", "other-way", "", "overview.otherWay", Markdown, o.OtherWay, true, "/overview/otherWay")
	l.plain("overview", "minutes", "overview.minutes", Number, number(o.Minutes), false, "/overview/minutes")

	l.plain("contact", "operations", "responsible.operations", Line, m.Responsible.Operations, true, "/responsible/operations")
	l.plain("contact", "development", "responsible.development", Line, m.Responsible.Development, true, "/responsible/development")

	l.plain("time", "opens", "overview.opens", Date, o.Opens, false, "/overview/opens")
	l.plain("time", "last-day", "overview.lastDay", Day, o.LastDay, false, "/overview/lastDay")
	l.plain("time", "draft-days", "draftDays", Number, number(m.DraftDays), false, "/draftDays")
	if m.Decision.Template != "" {
		l.plain("time", "letter-days", "decision.letterDays", Number, number(m.Decision.LetterDays), false, "/decision/letterDays")
	}

	s := &m.Signing
	l.plain("signing", "applicant-signs", "signing.applicant", YesNo, strconv.FormatBool(s.Applicant), true, "/signing/applicant")
	for i := range m.Parties {
		l.party(&m.Parties[i], i)
	}
	l.plain("signing", "signing-days", "signing.days", Number, number(s.Days), false, "/signing/days")
	l.plain("signing", "reminders", "signing.reminders", Days, joined(s.Reminders), false, "/signing/reminders")
	l.text("signing", "document", "", "signing.document", Line, s.Document, s.Document != "", "/signing/document")
	l.text("signing", "declare", "", "signing.declare", Text, s.Declare, s.Declare != "", "/signing/declare")

	for i := range f.Def.Layout.Pages {
		l.page(&f.Def.Layout.Pages[i], forms.Pointer("/pages").Join(strconv.Itoa(i)))
	}
	return l.items
}

type lister struct {
	f     *Form
	langs []string       // beside Swedish
	texts map[string]any // language → content of its file
	items []Item
}

// plain adds what is not read by citizens, or has no language.
func (l *lister) plain(group string, what What, key string, kind Kind, value string, required bool, at forms.Pointer) {
	l.items = append(l.items, Item{Key: key, Group: group, What: what, Kind: kind, Value: plainText(value), Required: required,
		place: place{forms.FormFile, at}})
}

// text adds a text of form.yaml in all languages.
func (l *lister) text(group string, what What, of, key string, kind Kind, swedish string, required bool, at forms.Pointer) {
	l.translated(Item{Key: key, Group: group, What: what, Of: of, Kind: kind, Value: plainText(swedish), Required: required}, place{forms.FormFile, at})
}

func textFile(lang string) string { return "text/" + lang + ".yaml" }

// translated adds a text and its translations. One that is empty in Swedish and may not be asked for is left out by the caller.
func (l *lister) translated(it Item, at place) {
	it.Lang, it.place = "sv", at
	l.items = append(l.items, it)
	for _, lang := range l.langs {
		t := it
		t.Lang, t.Value = lang, plainText(l.f.Def.Text[lang][it.Key])
		t.place = place{textFile(lang), textPlace(l.texts[lang], it.Key)}
		t.Required = it.Value != ""
		l.items = append(l.items, t)
	}
}

func (l *lister) party(p *forms.Party, i int) {
	at := forms.Pointer("/parties").Join(strconv.Itoa(i))
	key := "parties." + p.Role
	l.text("signing", "party-title", p.Title, key+".title", Line, p.Title, true, at+"/title")
	value, choices := Always, []string{Always}
	if written, ok := revise.Get(l.f.Files, forms.FormFile, at+"/signs"); ok && p.Signs != nil {
		raw, _ := json.Marshal(written) // was read from a file
		value, choices = string(raw), []string{string(raw), Always, Never}
		if value == never {
			value, choices = Never, []string{Always, Never}
		}
	}
	l.items = append(l.items, Item{Key: key + ".signs", Group: "signing", What: "party-signs", Of: p.Title, Kind: Choice, Value: value, Choices: choices,
		Required: true, place: place{forms.FormFile, at + "/signs"}})
}

func (l *lister) page(p *forms.LayoutPage, at forms.Pointer) {
	group, key := "page:"+p.ID, "pages."+p.ID
	add := func(what What, of, key string, kind Kind, value string, required bool, at forms.Pointer) {
		l.translated(Item{Key: key, Group: group, What: what, Of: of, Kind: kind, Value: plainText(value), Required: required}, place{forms.LayoutFile, at})
	}
	add("page-title", p.Title, key+".title", Line, p.Title, true, at+"/title")
	add("page-help", p.Title, key+".help", Markdown, p.Help, false, at+"/help")
	for j := range p.Sections {
		s := &p.Sections[j]
		name := s.ID
		if name == "" {
			name = strconv.Itoa(j)
		}
		skey, sat := key+".sections."+name, at+"/sections"+forms.Pointer("/"+strconv.Itoa(j))
		if s.Title != "" { // a heading is the layout's business; its words are not
			add("section-title", s.Title, skey+".title", Line, s.Title, true, sat+"/title")
		}
		if s.Help != "" {
			add("section-help", s.Title, skey+".help", Markdown, s.Help, false, sat+"/help")
		}
		for k := range s.Fields {
			l.field(&s.Fields[k], add, skey+".fields."+strconv.Itoa(k), sat+"/fields"+forms.Pointer("/"+strconv.Itoa(k)))
		}
	}
}

func (l *lister) field(lf *forms.LayoutField, add func(What, string, string, Kind, string, bool, forms.Pointer), key string, at forms.Pointer) {
	if lf.Pointer == "" {
		if lf.ID != "" {
			key = "fields." + lf.ID
		}
		if lf.Notice != "" {
			add("notice", "", key+".notice", Markdown, lf.Notice, true, at+"/notice")
			return
		}
		add("label", lf.Label, key+".label", Line, lf.Label, true, at+"/label")
		if lf.Hint != "" || lf.Help != "" {
			add("hint", lf.Label, key+".hint", Text, lf.Hint, false, at+"/hint")
			add("help", lf.Label, key+".help", Markdown, lf.Help, false, at+"/help")
		}
		return
	}
	f := l.f.Form.Fields[forms.Pointer(lf.Pointer)]
	if f == nil {
		return // refused by Compile
	}
	key = "fields." + lf.Pointer
	label := f.Label["sv"]
	add("label", label, key+".label", Line, label, true, at+"/label")
	add("hint", label, key+".hint", Text, f.Hint["sv"], lf.Hint == "" && f.Hint["sv"] != "", at+"/hint") // what the schema says stays until another is written
	add("help", label, key+".help", Markdown, f.Help["sv"], false, at+"/help")
	for _, o := range f.Options {
		add("option", label, key+".options."+o.Value, Line, o.Label["sv"], true, (at + "/options").Join(o.Value))
	}
	for _, code := range slices.Sorted(maps.Keys(lf.Messages)) {
		add("message", label, key+".messages."+code, Line, lf.Messages[code], true, (at + "/messages").Join(code))
	}
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func joined(days []int) string {
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = strconv.Itoa(d)
	}
	return strings.Join(out, ", ")
}

// textPlace finds where a key of a translation stands in its file, however it is nested there, or where it would stand:
// "pages.elev.title" under "elev" under "pages" when that is there.
func textPlace(root any, key string) forms.Pointer {
	var at forms.Pointer
	rest := key
	for {
		o, ok := root.(revise.Object)
		best := ""
		for _, m := range o {
			_, leaf := m.Value.(string)
			if m.Name == rest && leaf {
				return at.Join(m.Name)
			}
			if strings.HasPrefix(rest, m.Name+".") && !leaf && len(m.Name) > len(best) {
				best = m.Name
			}
		}
		if !ok || best == "" {
			break
		}
		at, rest = at.Join(best), rest[len(best)+1:]
		root, _ = o.Get(best)
	}
	// What is left becomes keys of their own; a field's pointer, which may hold points, stays in one.
	parts := strings.Split(rest, ".")
	if strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "fields./") {
		prefix := strings.TrimPrefix(rest, "fields.")
		if i := strings.LastIndexByte(prefix, '.'); i > 0 {
			head := prefix[:i]
			if j := strings.Index(head, ".options."); j > 0 {
				i = j
			} else if j := strings.Index(head, ".messages."); j > 0 {
				i = j
			}
			parts = append([]string{prefix[:i]}, strings.SplitN(prefix[i+1:], ".", 2)...)
			if len(rest) > len(prefix) {
				parts = append([]string{"fields"}, parts...)
			}
		}
	}
	for _, p := range parts {
		at = at.Join(p)
	}
	return at
}
