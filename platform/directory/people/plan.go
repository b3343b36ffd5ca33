package people

import (
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/idno"
)

// Plan is what a file would change among a board's people, person by person, and every row that is not taken.
type Plan struct {
	Edits   []Edit
	Rows    int // of the file
	Same    int // rows that change nothing
	Refused []Refusal
}

// planned is a person as the rows so far have made him or her.
type planned struct {
	was   Person // Rev 0: new
	typed Typed
	is    Person
	rows  int
}

// Planned holds a file against the register as it stands. Each row stands for itself: what is wrong with one takes nothing from the others.
// mayTouch says whether facts may be changed of somebody whom other boards have too.
func (s *Snapshot) Planned(lines []Line, slug string, now time.Time, mayTouch func(*Person) bool) Plan {
	plan := Plan{Rows: len(lines)}
	var all []*planned
	for _, l := range lines {
		refuse := func(column Column, code string, params map[string]any) {
			plan.Refused = append(plan.Refused, Refusal{Line: l.Number, Name: short(l.Cells[NameColumn]), Column: column, Code: code, Params: params})
		}
		one, code := s.planned(all, l, slug, now)
		if code != "" {
			refuse(NumberColumn, code, nil)
			continue
		}
		typed := one.typed.with(l, now)
		is, problems := typed.On(one.was, slug, now)
		switch {
		case len(problems) > 0:
			refuse(columnOf(problems[0]), problems[0].Code, problems[0].Params)
			continue
		case one.was.Rev > 0 && one.was.Synced != nil && Facts(&one.was, &is):
			refuse("", KeptThere, nil)
			continue
		case one.was.Rev > 0 && Facts(&one.was, &is) && !mayTouch(&one.was):
			refuse("", KeptByOther, nil)
			continue
		case other(all, one, is.Number):
			refuse(NumberColumn, TwoPeople, nil)
			continue
		}
		one.typed, one.is = typed, is
		one.rows++
		if one.rows == 1 {
			all = append(all, one)
		}
	}
	for _, one := range all {
		if one.was.Rev > 0 && len(Differences(&one.was, &one.is)) == 0 {
			plan.Same += one.rows
			continue
		}
		e := Edit{Person: one.is}
		if one.was.Rev > 0 {
			was := one.was
			e.Was = &was
		}
		plan.Edits = append(plan.Edits, e)
	}
	return plan
}

// planned finds whom a row is about: of those in earlier rows, in the register, or somebody new.
func (s *Snapshot) planned(all []*planned, l Line, slug string, now time.Time) (*planned, string) {
	number, _ := idno.Parse(l.Cells[NumberColumn], now) // one that is wrong is told by reading the person
	email, name := l.Cells[EmailColumn], strings.Join(strings.Fields(l.Cells[NameColumn]), " ")
	p, code := s.Match(name, number, email)
	if number.IsZero() && l.Cells[NumberColumn] == "" && email == "" {
		p, code = s.namesake(name, slug, now)
	}
	if code != "" {
		return nil, code
	}
	for _, one := range all {
		same := p != nil && one.was.ID == p.ID || p == nil && one.was.Rev == 0 &&
			(!number.IsZero() && one.is.Number == number || number.IsZero() && email != "" && strings.EqualFold(one.is.Email, email) || number.IsZero() && email == "" && strings.EqualFold(one.is.Name, name))
		if !same {
			continue
		}
		if name != "" && !strings.EqualFold(one.is.Name, name) {
			return nil, OtherName
		}
		return one, ""
	}
	if p == nil {
		return &planned{}, ""
	}
	return &planned{was: p.Clone(), is: p.Clone(), typed: TypedOf(p, slug)}, ""
}

// namesake gives whom a row is about that has a name alone: the only one of the board's people who is here by that name, nil for somebody new.
func (s *Snapshot) namesake(name, slug string, now time.Time) (*Person, string) {
	var found *Person
	for _, p := range s.named(name) {
		if _, member := s.Standing(p, slug, now); !member || !p.Here() {
			continue
		}
		if found != nil {
			return nil, WhichOne
		}
		found = p
	}
	return found, ""
}

func other(all []*planned, one *planned, n idno.Number) bool {
	return !n.IsZero() && slices.ContainsFunc(all, func(o *planned) bool { return o != one && o.is.Number == n })
}

// with gives the person with what a row says more: facts that are not empty, and a role or mandate, new or instead of the same one.
func (t Typed) with(l Line, now time.Time) Typed {
	set := func(at *string, c Column) {
		if text := l.Cells[c]; text != "" {
			*at = text
		}
	}
	if !strings.EqualFold(t.Name, strings.Join(strings.Fields(l.Cells[NameColumn]), " ")) { // how it is written in a file is no change
		set(&t.Name, NameColumn)
	}
	set(&t.Number, NumberColumn)
	set(&t.Phone, PhoneColumn)
	set(&t.Email, EmailColumn)
	t.Roles, t.Mandates = slices.Clone(t.Roles), slices.Clone(t.Mandates)
	if l.Cells[KindsColumn]+l.Cells[DecidedColumn]+l.Cells[ParagraphColumn] != "" {
		t.withMandate(l, set)
		return t
	}
	role := strings.ToLower(l.Cells[RoleColumn])
	if id, ok := roleNames[role]; ok {
		role = string(id)
	}
	today := dateText(day(now))
	i := slices.IndexFunc(t.Roles, func(r TypedRole) bool {
		return r.Role == role && (r.To == "" || r.To >= today) && (l.Cells[FromColumn] == "" || r.From == "" || r.From == l.Cells[FromColumn])
	})
	if i < 0 {
		if role+l.Cells[TitleColumn]+l.Cells[FromColumn]+l.Cells[ToColumn] == "" {
			return t // facts alone
		}
		t.Roles = append(t.Roles, TypedRole{Role: role})
		i = len(t.Roles) - 1
	}
	set(&t.Roles[i].Title, TitleColumn)
	set(&t.Roles[i].To, ToColumn)
	if t.Roles[i].From == "" && i == len(t.Roles)-1 {
		set(&t.Roles[i].From, FromColumn)
	}
	return t
}

func (t *Typed) withMandate(l Line, set func(*string, Column)) {
	i := slices.IndexFunc(t.Mandates, func(m TypedMandate) bool {
		return m.Decided == l.Cells[DecidedColumn] && m.Paragraph == l.Cells[ParagraphColumn]
	})
	if i < 0 {
		t.Mandates = append(t.Mandates, TypedMandate{})
		i = len(t.Mandates) - 1
		set(&t.Mandates[i].From, FromColumn)
	}
	m := &t.Mandates[i]
	set(&m.Kinds, KindsColumn)
	set(&m.Decided, DecidedColumn)
	set(&m.Paragraph, ParagraphColumn)
	set(&m.Title, TitleColumn)
	set(&m.To, ToColumn)
}

// columnOf is the column that a problem's pointer is about.
func columnOf(p forms.Problem) Column {
	tokens := p.Pointer.Tokens()
	switch tokens[len(tokens)-1] {
	case "name":
		return NameColumn
	case "number":
		return NumberColumn
	case "phone":
		return PhoneColumn
	case "email":
		return EmailColumn
	case "role":
		return RoleColumn
	case "title":
		return TitleColumn
	case "from":
		return FromColumn
	case "to":
		return ToColumn
	case "kinds":
		return KindsColumn
	case "decided":
		return DecidedColumn
	case "paragraph":
		return ParagraphColumn
	}
	return ""
}
