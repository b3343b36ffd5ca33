package lint

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
)

// meta checks what form.yaml must say of the service itself.
func (l *linter) meta() {
	m := &l.def.Meta
	for _, need := range [...][3]string{
		{"id", m.ID, "a short name in lower-case letters"}, {"title", m.Title, "what the service is called"},
		{"summary", m.Summary, "one sentence for the list of services"}, {"category", m.Category, "where people look for it"},
		{"reference", m.Reference, "letters that references begin with"},
		{"responsible", m.Responsible.Operations, "responsible: {operations: …, development: …}: the functions that run and develop the service"},
		{"responsible", m.Responsible.Development, "responsible: {operations: …, development: …}: the functions that run and develop the service"},
		{"retention", m.Retention.Basis, "retention: {years, from, basis}: when cases are purged and by which decision"},
		{"retention", m.Retention.From, "retention: {years, from, basis}: when cases are purged and by which decision"},
		{"subject", m.Subject, "an expression for what lists show: the pupil's name"},
	} {
		if strings.TrimSpace(need[1]) == "" {
			l.inForm("/"+need[0], need[2], "%s is missing", need[0])
		}
	}
	if m.Retention.Years <= 0 {
		l.inForm("/retention", "retention: {years, from, basis}", "retention does not say how many years")
	}
	if strings.TrimSpace(m.Authority) == "" && !m.ByStaff() {
		l.inForm("/authority", "the board that decides, as barn-och-utbildning", "authority is missing")
	}
	if m.Audience != "citizen" && m.Audience != "staff" {
		l.inForm("/audience", "write citizen or staff", "audience %q", m.Audience)
	}
	if !slices.Contains([]int{0, 2, 3, 4}, m.Login) {
		l.inForm("/login", "write 0, 2, 3 or 4", "login level %d", m.Login)
	}
	if m.DraftDays <= 0 {
		l.inForm("/draftDays", "days that a draft is kept after the last change", "draftDays is missing")
	}
	if len(m.Legal) == 0 {
		l.inForm("/legal", "name the act that the service applies", "legal is missing")
	}
	for i, b := range m.Legal {
		at := "/legal/" + strconv.Itoa(i)
		l.url(b.URL, forms.FormFile, at+"/url")
		for _, d := range [...]string{b.From, b.To} {
			if _, err := time.Parse(time.DateOnly, d); d != "" && err != nil {
				l.inForm(at, "write YYYY-MM-DD in quotes", "%q is no date", d)
			}
		}
	}
	for _, c := range [...]int{m.Class.K, m.Class.R, m.Class.T} {
		if c < 0 || c > 4 {
			l.inForm("/class", "0 to 4", "information class %d", c)
		}
	}
	l.signing()
	for i, p := range m.Copyable {
		if !slices.Contains(l.pointers(), p) {
			l.nowhere(forms.FormFile, "/copyable/"+strconv.Itoa(i), p, "schema.json", l.pointers())
		}
	}
	if m.Own != "" && !slices.Contains(l.pointers(), m.Own) {
		l.nowhere(forms.FormFile, "/own", m.Own, "schema.json", l.pointers())
	}
	l.decision()
	l.delivery()
}

func (l *linter) decision() {
	d := &l.def.Meta.Decision
	for i, g := range d.Grounds {
		if _, ok := d.Appeals[g.Appeal]; !ok {
			l.inForm("/decision/grounds/"+strconv.Itoa(i), "add it to appeals", "appeal %q is not in appeals", g.Appeal)
		}
	}
	for i, o := range d.Outcomes {
		if o.ID == "" || o.Title == "" {
			l.inForm("/decision/outcomes/"+strconv.Itoa(i), "say id and title", "an outcome lacks id or title")
		}
	}
	for i, h := range l.def.Meta.Handover {
		at := "/handover/" + strconv.Itoa(i)
		if h.Protected != "exclude" {
			l.inForm(at+"/protected", "write exclude", "handover must say that protected people are left out")
		}
		if d.Grants == nil {
			l.inForm(at, "add decision.grants", "there are no granted rows to hand over")
			continue
		}
		for _, c := range h.Columns {
			if !slices.ContainsFunc(d.Grants.Columns, func(g forms.Column) bool { return g.Name == c.Name }) {
				l.inForm(at+"/columns", "add it to decision.grants.columns", "column %q is not granted", c.Name)
			}
		}
	}
}

// delivery checks that what is handed out has a name, a letter and a way.
func (l *linter) delivery() {
	d := &l.def.Meta.Delivery
	if len(d.Ways) == 0 {
		if d.Title != "" || d.Document != "" {
			l.inForm("/delivery", "add ways: a list of {id, title, files, letter, message}", "delivery has no way to hand anything out")
		}
		return
	}
	if d.Title == "" || d.Document == "" {
		l.inForm("/delivery", "say title and document: what is handed out, and the letter that goes with it", "delivery lacks title or document")
	}
	seen := map[string]bool{}
	for i, w := range d.Ways {
		at := "/delivery/ways/" + strconv.Itoa(i)
		switch {
		case w.ID == "" || w.Title == "":
			l.inForm(at, "say id and title", "a way lacks id or title")
		case seen[w.ID]:
			l.inForm(at, "give each way an id of its own", "a second way %q", w.ID)
		case !w.Files && !w.Letter && !w.Message:
			l.inForm(at, "write files, letter or message: true", "by the way %q nothing reaches the applicant", w.ID)
		case w.Files && d.LetterDays <= 0:
			l.inForm("/delivery", "letterDays: days before unopened files are posted", "delivery does not say what follows when files are not opened")
		}
		seen[w.ID] = true
	}
}

func (l *linter) overview() {
	o := &l.def.Meta.Overview
	for _, need := range [...][2]string{{"signers", o.Signers}, {"handling", o.Handling}, {"decision", o.Decision}, {"otherWay", o.OtherWay}} {
		if strings.TrimSpace(need[1]) == "" {
			l.inForm("/overview", "people read it before they start", "overview has no %s", need[0])
		}
	}
	if len(o.Needs) == 0 {
		l.inForm("/overview", "say what to have at hand", "overview has no needs")
	}
	if o.Minutes <= 0 {
		l.inForm("/overview", "say how long it takes", "overview has no minutes")
	}
}

// parties checks that everybody who must take part can be found and reached.
func (l *linter) parties() {
	for i, p := range l.def.Meta.Parties {
		at := "/parties/" + strconv.Itoa(i)
		if p.Role == "" || p.Title == "" {
			l.inForm(at, "say role and title", "a party lacks role or title")
		}
		switch {
		case p.Directory != nil:
			l.directoryRole(p, at)
		case p.From == "" && !l.def.Meta.ByStaff():
			l.inForm(at, "from: an expression giving a list of {number, name}; or directory: a role in the register of people", "nobody can tell who the party %q is", p.Role)
		}
		if p.Own && l.def.Meta.Own == "" {
			l.inForm(at+"/own", "say own: /… at the top of form.yaml", "the form has no own section to fill")
		}
		if p.Contact == "" {
			continue
		}
		for _, name := range [...]string{"email", "phone"} {
			f := l.form.Fields[forms.Pointer(p.Contact).Join(name)]
			switch {
			case f == nil:
				l.inForm(at+"/contact", "ask for it on a page, with audience: officer", "%s has no %s", p.Contact, name)
			case f.Audience != "officer":
				l.inForm(at+"/contact", "write audience: officer on the field", "how to reach one party would be shown to the others")
			}
		}
	}
	if own := forms.Pointer(l.def.Meta.Own); own != "" && !slices.ContainsFunc(l.form.Pages, func(p *forms.Page) bool { return p.Own }) {
		l.inForm("/own", "write own: true on a page", "no page lets a party fill in %s", own)
	}
}

// directoryRole checks a party whom the register of people names.
func (l *linter) directoryRole(p forms.Party, at string) {
	d := p.Directory
	if p.From != "" {
		l.inForm(at+"/from", "leave one of them out", "both from and directory say who the party %q is", p.Role)
	}
	if p.Contact != "" {
		l.inForm(at+"/contact", "leave it out: the register says how to reach them", "the applicant would say how to reach who the directory names")
	}
	if d.Role == "" && d.Title == "" {
		l.inForm(at+"/directory", "say role or title", "a directory role that everybody has")
	}
	if d.Role != "" && !slices.Contains([]string{"chair", "decider", "manager", "officer"}, d.Role) {
		l.inForm(at+"/directory/role", "write chair, decider, manager or officer", "the register of people has no role %q", d.Role)
	}
	same := func(o forms.Party) bool { return o.Role == p.Role }
	if i := slices.IndexFunc(l.def.Meta.Parties, same); slices.ContainsFunc(l.def.Meta.Parties[i+1:], same) {
		l.inForm(at+"/role", "give each a role of its own", "two parties are called %q, and the directory names one", p.Role)
	}
	if d.Organisation != "" && d.Authority == "" {
		l.inForm(at+"/directory", "say authority: the board there", "a role in another organisation, without its board")
	}
}

var schemes = []string{"https", "mailto", "tel"}

// url refuses an address where it stands in a file.
func (l *linter) url(s, file, path string) {
	if !safe(s) {
		l.diags = append(l.diags, l.def.Diagnose(file, path, mendURL, "a link to %q", s))
	}
}

// urlIn is url within a text that is a file of its own.
func (l *linter) urlIn(text, s, file string) {
	if safe(s) {
		return
	}
	d := forms.Diagnostic{File: file, Line: 1, Column: 1, What: fmt.Sprintf("a link to %q", s), Mend: mendURL}
	if before, _, found := strings.Cut(text, s); found {
		d.Line = strings.Count(before, "\n") + 1
		d.Column = len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
	}
	l.diags = append(l.diags, d)
}

var mendURL = "use " + strings.Join(schemes, ", ") + ", or a path on this site"

// safe is false for what a browser would run, and for plain http.
func safe(s string) bool {
	if s == "" {
		return true
	}
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	relative := u.Scheme == "" && u.Host == "" && (strings.HasPrefix(s, "/") || strings.HasPrefix(s, "#"))
	return relative || slices.Contains(schemes, u.Scheme)
}

// links checks the links of every Markdown text.
func (l *linter) links() {
	if l.opts.Links == nil {
		return
	}
	check := func(text, file, path string) {
		for _, link := range l.opts.Links(text) {
			l.url(link.URL, file, path)
		}
	}
	o := &l.def.Meta.Overview
	for name, text := range map[string]string{"handling": o.Handling, "help": o.Help, "otherWay": o.OtherWay} {
		check(text, forms.FormFile, "/overview/"+name)
	}
	for i := range l.def.Layout.Pages {
		p := &l.def.Layout.Pages[i]
		check(p.Help, forms.LayoutFile, "/pages/"+strconv.Itoa(i)+"/help")
		for j := range p.Sections {
			check(p.Sections[j].Help, forms.LayoutFile, "/pages/"+strconv.Itoa(i)+"/sections/"+strconv.Itoa(j)+"/help")
		}
	}
	l.layout(func(e placed) {
		check(e.field.Help, forms.LayoutFile, e.path+"/help")
		check(e.field.Notice, forms.LayoutFile, e.path+"/notice")
	})
	for lang, texts := range l.def.Text {
		for key, text := range texts {
			check(text, "text/"+lang+".yaml", "/"+key)
		}
	}
	for name, languages := range l.def.Documents {
		for lang, text := range languages {
			for _, link := range l.opts.Links(text) {
				l.urlIn(text, link.URL, documentFile(name, lang))
			}
		}
	}
}

func documentFile(name, lang string) string {
	if lang == "sv" {
		return "documents/" + name + ".md"
	}
	return "documents/" + name + "." + lang + ".md"
}

// Placeholders that every document may have: {{reference}}. What a form computes is {{computed.…}}.
var Placeholders = []string{"service", "reference", "number", "municipality", "authority", "today", "received", "subject", "officer",
	"applicant", "recipient", "document", "outcome", "ground", "decided", "decider", "delegation", "reasons", "grants", "appeal",
	"lastDay", "missing", "consequence", "url", "contact", "way", "handed", "message"}

var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// documents checks that those named are there and that their placeholders are known.
func (l *linter) documents() {
	d := &l.def.Meta.Decision
	l.named(d.Template, "/decision/template")
	l.named(l.def.Meta.Delivery.Document, "/delivery/document")
	for id, name := range d.Appeals {
		l.named(name, "/decision/appeals/"+id)
	}
	m := &l.def.Meta
	l.needed("mottagningskvitto", "the receipt", !m.ByStaff())
	l.needed("komplettering", "the letter that asks for what is missing", m.Login > 0 && !(m.ByStaff() && len(m.Parties) == 0)) // nobody to ask
	l.needed("underrattelsebrev", "the letter to a party who cannot be reached otherwise", len(m.Parties) > 0)
	for name, languages := range l.def.Documents {
		if languages["sv"] == "" {
			l.diags = append(l.diags, forms.Diagnostic{File: documentFile(name, "sv"), What: "the Swedish document is missing or empty"})
		}
		for lang, text := range languages {
			for i, line := range strings.Split(text, "\n") {
				for _, m := range placeholder.FindAllStringSubmatchIndex(line, -1) {
					l.placeholder(line[m[2]:m[3]], documentFile(name, lang), i+1, len([]rune(line[:m[0]]))+1)
				}
			}
		}
	}
}

// needed finds documents that the platform makes of its own accord, so that no officer finds out that one lacks.
func (l *linter) needed(name, what string, when bool) {
	if _, ok := l.def.Documents[name]; when && !ok {
		l.diags = append(l.diags, forms.Diagnostic{File: documentFile(name, "sv"), What: what + " is missing",
			Mend: "write it, beginning with that of another form"})
	}
}

func (l *linter) named(name, path string) {
	if _, ok := l.def.Documents[name]; name == "" || ok {
		return
	}
	mend := "add documents/" + name + ".md"
	if near := tree.Nearest(name, slices.Collect(maps.Keys(l.def.Documents))); near != "" {
		mend = "did you mean " + near + "?"
	}
	l.inForm(path, mend, "there is no document %q", name)
}

func (l *linter) placeholder(name, file string, line, column int) {
	known := l.opts.Placeholder
	if known == nil {
		known = func(name string) bool { return slices.Contains(Placeholders, name) }
	}
	computed, isComputed := strings.CutPrefix(name, "computed.")
	if _, ok := l.def.Meta.Computed[computed]; (isComputed && ok) || known(name) {
		return
	}
	mend := "documents know " + strings.Join(Placeholders, ", ") + " and computed.…"
	if near := tree.Nearest(name, Placeholders); near != "" {
		mend = "did you mean {{" + near + "}}?"
	}
	l.diags = append(l.diags, forms.Diagnostic{File: file, Line: line, Column: column, What: "unknown placeholder {{" + name + "}}", Mend: mend})
}

// translations checks that every text is there in the languages asked for, and that no translation is left of a text that is gone.
func (l *linter) translations() {
	languages := l.opts.Languages
	if languages == nil {
		languages = []string{"en"}
	}
	keys := l.form.TextKeys()
	known := slices.Sorted(maps.Keys(keys))
	for _, lang := range languages {
		for _, key := range known {
			if l.def.Text[lang][key] == "" {
				l.diags = append(l.diags, l.def.Diagnose("text/"+lang+".yaml", "/"+key, "write it here; the Swedish is "+strconv.Quote(short(keys[key])), "%s is not translated", key))
			}
		}
	}
	for lang, texts := range l.def.Text {
		for key := range texts {
			if _, ok := keys[key]; ok {
				continue
			}
			mend := "remove it"
			if near := tree.Nearest(key, known); near != "" {
				mend = "did you mean " + near + "?"
			}
			l.diags = append(l.diags, l.def.Diagnose("text/"+lang+".yaml", "/"+key, mend, "the form has no text %q", key))
		}
	}
}

func short(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return string(r)
}
