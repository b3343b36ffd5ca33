package people

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"samtjanst/forms"
	"samtjanst/platform/calendar"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

// Typed is a person as somebody has typed him or her, on a page or in a file, right or wrong: the facts, and what one board gives.
type Typed struct {
	Name, Number, Phone, Email string
	Roles                      []TypedRole
	Mandates                   []TypedMandate
}

// TypedRole is a Role as it is typed. One of which no role is chosen is none.
type TypedRole struct{ Role, Title, From, To string }

// TypedMandate is a Mandate as it is typed. Kinds are separated by spaces or commas. One of which nothing is typed is none.
type TypedMandate struct{ Kinds, Title, Decided, Paragraph, From, To string }

// Codes of what can be wrong with a person, beside those of forms. Pointers are "/name", "/number", "/phone", "/email", "/roles/0/to",
// "/mandates/1/kinds".
const (
	EndInstead  = "end-instead"   // a role or mandate that has begun is taken away: it is ended instead, so that it can be seen afterwards
	EndsBefore  = "ends-before"   // it ends before it begins
	NotYet      = "not-yet"       // a decision of the future
	NeedsNumber = "needs-number"  // a chair, a member with a mandate and a secretary sign, and that takes a personal number
	OtherName   = "other-name"    // the number or the mail address is of somebody with another name
	TwoPeople   = "two-people"    // the number is of one person and the mail address of another
	WhichOne    = "which-one"     // several have the name
	OneOfThem   = "one-of-them"   // a title and a person, of whom only one decides
	KeptThere   = "kept-there"    // the organisation's own directory keeps it
	KeptByOther = "kept-by-other" // another board has the person too, and whoever types does not keep that board's people
)

const (
	maxText = 120 // characters of a name, a title
	maxRows = 20  // roles or mandates of one person
)

var (
	mailShape  = regexp.MustCompile(`^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$`)
	phoneShape = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)
	kindShape  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,40}$`)
	notDigits  = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "\u00a0", "")
)

// TypedOf is how a person would be typed for a board.
func TypedOf(p *Person, slug string) Typed {
	t := Typed{Name: p.Name, Number: p.Number.Dashed(), Phone: p.Phone, Email: p.Email}
	for _, r := range p.Roles {
		if r.Authority == slug {
			t.Roles = append(t.Roles, TypedRole{string(r.Role), r.Title, dateText(r.From), dateText(r.To)})
		}
	}
	for _, m := range p.Mandates {
		if m.Authority == slug {
			t.Mandates = append(t.Mandates, TypedMandate{strings.Join(m.Kinds, " "), m.Title, dateText(m.Decided), m.Paragraph, dateText(m.From), dateText(m.To)})
		}
	}
	return t
}

func dateText(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// reading is a typed person that is being read.
type reading struct {
	now      time.Time
	problems []forms.Problem
}

func (r *reading) wrong(at forms.Pointer, code string, params map[string]any) {
	r.problems = append(r.problems, forms.Problem{Pointer: at, Code: code, Params: params})
}

// On gives the person as typed: was with other facts, and with other roles and mandates of the board. What other boards have given stays.
func (t Typed) On(was Person, slug string, now time.Time) (Person, []forms.Problem) {
	r := &reading{now: now}
	p := was.Clone()
	p.Name, p.Email = r.text("/name", t.Name), strings.TrimSpace(t.Email)
	if p.Name == "" && len(r.problems) == 0 {
		r.wrong("/name", forms.Required, nil)
	}
	if p.Email != "" && (len(p.Email) > 254 || !mailShape.MatchString(p.Email)) {
		r.wrong("/email", forms.FormatCode, map[string]any{"format": "email"})
	}
	p.Phone = Phone(t.Phone)
	if p.Phone != "" && !phoneShape.MatchString(p.Phone) {
		r.wrong("/phone", forms.FormatCode, map[string]any{"format": "phone"})
	}
	p.Number = r.number(t.Number)
	p.Roles = append(elsewhere(was.Roles, func(r Role) string { return r.Authority }, slug), r.roles(t.Roles, slug)...)
	p.Mandates = append(elsewhere(was.Mandates, func(m Mandate) string { return m.Authority }, slug), r.mandates(t.Mandates, slug)...)
	if was.Rev == 0 && len(p.Roles)+len(p.Mandates) == 0 && len(r.problems) == 0 { // nobody would see the person again
		r.wrong("/roles/0/role", forms.Required, nil)
	}
	if len(r.problems) == 0 {
		r.kept(&was, &p, slug)
		if p.Number.IsZero() && signs(&p, slug) {
			r.wrong("/number", NeedsNumber, nil)
		}
	}
	return p, r.problems
}

// signs reports whether the board has the person decide what is signed by the elected, or sign as its secretary.
func signs(p *Person, slug string) bool {
	return slices.ContainsFunc(p.Roles, func(r Role) bool {
		return r.Authority == slug && (r.Role == identity.Chair || r.Role == identity.Secretary)
	}) ||
		slices.ContainsFunc(p.Mandates, func(m Mandate) bool { return m.Authority == slug })
}

// Phone writes a Swedish number with the country code and takes what is not a digit away; what is no number is left for a check to tell.
func Phone(s string) string {
	s = notDigits.Replace(strings.TrimSpace(s))
	switch {
	case strings.HasPrefix(s, "00"):
		return "+" + s[2:]
	case strings.HasPrefix(s, "0"):
		return "+46" + s[1:]
	}
	return s
}

func (r *reading) text(at forms.Pointer, s string) string {
	s = strings.TrimSpace(s)
	switch {
	case strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) || c == unicode.ReplacementChar }):
		r.wrong(at, forms.BadText, nil)
	case len([]rune(s)) > maxText:
		r.wrong(at, forms.TooLong, map[string]any{"max": maxText, "length": len([]rune(s))})
	}
	return s
}

func (r *reading) number(s string) idno.Number {
	if strings.TrimSpace(s) == "" {
		return idno.Number{}
	}
	n, err := idno.Parse(s, r.now)
	switch {
	case err == nil:
		return n
	case errors.Is(err, idno.ErrDate):
		r.wrong("/number", forms.PersonDate, nil)
	case errors.Is(err, idno.ErrCheck):
		r.wrong("/number", forms.PersonCheck, nil)
	default:
		r.wrong("/number", forms.PersonFormat, nil)
	}
	return idno.Number{}
}

func (r *reading) date(at forms.Pointer, s string) calendar.Date {
	s = strings.TrimSpace(s)
	if s == "" {
		return calendar.Date{}
	}
	d, err := calendar.Parse(s)
	if err != nil {
		r.wrong(at, forms.NotADate, nil)
	}
	return d
}

func (r *reading) period(at forms.Pointer, from, to string) Period {
	p := Period{From: r.date(at.Join("from"), from), To: r.date(at.Join("to"), to)}
	if !p.From.IsZero() && !p.To.IsZero() && p.To.Before(p.From) {
		r.wrong(at.Join("to"), EndsBefore, nil)
	}
	return p
}

func (r *reading) roles(typed []TypedRole, slug string) []Role {
	var out []Role
	for i, t := range typed {
		at := forms.Pointer("/roles").Join(strconv.Itoa(i))
		if t.Role == "" {
			if t.Title+t.From+t.To != "" {
				r.wrong(at.Join("role"), forms.Required, nil)
			}
			continue
		}
		if !slices.Contains(identity.Roles(), identity.Role(t.Role)) {
			r.wrong(at.Join("role"), forms.NotAnOption, nil)
		}
		out = append(out, Role{Authority: slug, Role: identity.Role(t.Role), Title: r.text(at.Join("title"), t.Title), Period: r.period(at, t.From, t.To)})
	}
	if len(out) > maxRows {
		r.wrong("/roles", forms.TooMany, map[string]any{"max": maxRows})
	}
	return out
}

func (r *reading) mandates(typed []TypedMandate, slug string) []Mandate {
	var out []Mandate
	for i, t := range typed {
		if t == (TypedMandate{}) {
			continue
		}
		at := forms.Pointer("/mandates").Join(strconv.Itoa(i))
		m := Mandate{Authority: slug, Kinds: r.kinds(at, t.Kinds), Title: r.text(at.Join("title"), t.Title), Paragraph: r.text(at.Join("paragraph"), t.Paragraph),
			Decided: r.decided(at, t.Decided), Period: r.period(at, t.From, t.To)}
		if m.Paragraph == "" {
			r.wrong(at.Join("paragraph"), forms.Required, nil)
		}
		out = append(out, m)
	}
	if len(out) > maxRows {
		r.wrong("/mandates", forms.TooMany, map[string]any{"max": maxRows})
	}
	return out
}

// TypedDelegation is a line of the delegation list as it is typed. Pointers of problems are its fields in small letters.
type TypedDelegation struct {
	Kinds, Title, Law, Number, Decided, Paragraph, From, To string
	Person                                                  ID
}

// Read gives the line. A title or a person says who decides, not both.
func (t TypedDelegation) Read(now time.Time) (Delegation, []forms.Problem) {
	r := &reading{now: now}
	d := Delegation{Kinds: r.kinds("", t.Kinds), Title: r.text("/title", t.Title), Person: t.Person, Law: r.text("/law", t.Law), Number: r.text("/number", t.Number),
		Paragraph: r.text("/paragraph", t.Paragraph), Decided: r.decided("", t.Decided), Period: r.period("", t.From, t.To)}
	switch {
	case d.Title == "" && d.Person == "":
		r.wrong("/title", forms.Required, nil)
	case d.Title != "" && d.Person != "":
		r.wrong("/title", OneOfThem, nil)
	}
	return d, r.problems
}

// kinds reads what a mandate or delegation is of, which is something.
func (r *reading) kinds(at forms.Pointer, s string) []string {
	kinds := Kinds(s)
	switch {
	case len(kinds) == 0:
		r.wrong(at.Join("kinds"), forms.Required, nil)
	case slices.ContainsFunc(kinds, func(k string) bool { return !kindShape.MatchString(k) }):
		r.wrong(at.Join("kinds"), forms.PatternCode, nil)
	}
	return kinds
}

// decided reads the day of a board's decision, which has been.
func (r *reading) decided(at forms.Pointer, s string) calendar.Date {
	d := r.date(at.Join("decided"), s)
	switch {
	case strings.TrimSpace(s) == "":
		r.wrong(at.Join("decided"), forms.Required, nil)
	case day(r.now).Before(d):
		r.wrong(at.Join("decided"), NotYet, nil)
	}
	return d
}

// Kinds reads kinds of decisions, separated by spaces or commas, each once.
func Kinds(s string) []string {
	var out []string
	for _, k := range strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return unicode.IsSpace(c) || c == ',' || c == ';' }) {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// kept refuses that what has begun is taken away as if it had never been.
func (r *reading) kept(was, is *Person, slug string) {
	today := day(r.now)
	begun := func(p Period) bool { return !today.Before(p.From) }
	for _, w := range was.Roles {
		if w.Authority == slug && begun(w.Period) && !slices.ContainsFunc(is.Roles, func(i Role) bool { return i.Authority == slug && i.Role == w.Role && i.From == w.From }) {
			r.wrong("/roles", EndInstead, nil)
		}
	}
	for _, w := range was.Mandates {
		if w.Authority == slug && begun(w.Period) && !slices.ContainsFunc(is.Mandates, func(i Mandate) bool {
			return i.Authority == slug && i.Decided == w.Decided && i.Paragraph == w.Paragraph && i.From == w.From
		}) {
			r.wrong("/mandates", EndInstead, nil)
		}
	}
}

// Leaves gives the person as one whom the board no longer has. Who has no other board, and was entered here, is closed; else what the board
// has given ends with yesterday, and what has not begun is taken away.
func (p Person) Leaves(slug string, now time.Time) Person {
	p = p.Clone()
	yesterday := day(now).AddDays(-1)
	ends := func(x *Period) (begun bool) {
		if x.To.IsZero() || yesterday.Before(x.To) {
			x.To = yesterday
		}
		return !x.To.Before(x.From)
	}
	if p.Synced == nil && !p.AlsoIn(slug, now) {
		p.Closed = now
		return p
	}
	p.Roles = slices.DeleteFunc(p.Roles, func(r Role) bool { return r.Authority == slug && !ends(&r.Period) })
	for i := range p.Roles {
		if p.Roles[i].Authority == slug {
			ends(&p.Roles[i].Period)
		}
	}
	p.Mandates = slices.DeleteFunc(p.Mandates, func(m Mandate) bool { return m.Authority == slug && !ends(&m.Period) })
	for i := range p.Mandates {
		if p.Mandates[i].Authority == slug {
			ends(&p.Mandates[i].Period)
		}
	}
	return p
}

// Boards lists the boards that have given the person something that has not ended.
func (p *Person) Boards(now time.Time) []string {
	var out []string
	add := func(slug string, period Period) {
		if (period.To.IsZero() || !period.To.Before(day(now))) && !slices.Contains(out, slug) {
			out = append(out, slug)
		}
	}
	for _, r := range p.Roles {
		add(r.Authority, r.Period)
	}
	for _, m := range p.Mandates {
		add(m.Authority, m.Period)
	}
	return out
}

// AlsoIn reports whether another board than this has the person too.
func (p *Person) AlsoIn(slug string, now time.Time) bool {
	return slices.ContainsFunc(p.Boards(now), func(s string) bool { return s != slug })
}

// Facts reports whether two states of a person differ in what is his or her own, and not any board's.
func Facts(a, b *Person) bool {
	return slices.ContainsFunc(Differences(a, b), func(what string) bool { return what != "roles" && what != "mandates" && what != "absences" })
}

// Match finds who is here of those whom a number or else a mail address says; nil for somebody new. The code is TwoPeople when they say
// different persons, OtherName when the person goes by another name.
func (s *Snapshot) Match(name string, number idno.Number, email string) (*Person, string) {
	var byNumber, byMail *Person
	if !number.IsZero() {
		byNumber = s.ByNumber(number)
	}
	if email != "" {
		byMail = s.byMail[strings.ToLower(email)]
	}
	switch {
	case byNumber != nil && byMail != nil && byNumber != byMail,
		byNumber == nil && byMail != nil && !number.IsZero() && !byMail.Number.IsZero():
		return nil, TwoPeople
	case byNumber == nil:
		byNumber = byMail
	}
	if byNumber != nil && name != "" && !strings.EqualFold(strings.Join(strings.Fields(name), " "), byNumber.Name) {
		return byNumber, OtherName
	}
	return byNumber, ""
}
