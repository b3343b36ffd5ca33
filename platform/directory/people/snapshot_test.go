package people_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/platform/calendar"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Stockholm)
	if err != nil {
		panic(err)
	}
	return t
}

func date(s string) calendar.Date {
	d, err := calendar.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

var tallvik = &directory.Tenant{ID: "tallvik", Authorities: []directory.Authority{{Slug: "social"}, {Slug: "skola"}}, Staff: directory.StaffLogin{Rules: []directory.Rule{
	{Department: "Socialjouren", Title: "Socialsekreterare", Authority: "social", Roles: []identity.Role{identity.Officer}},
	{Group: "GG-Chefer", Authority: "social", Roles: []identity.Role{identity.Manager}},
}}}

func chair(id people.ID, name string, p people.Period) *people.Person {
	return &people.Person{ID: id, Tenant: "tallvik", Name: name, Roles: []people.Role{{Authority: "social", Role: identity.Chair, Title: "Ordförande", Period: p}}}
}

func member(id people.ID, name string, kinds ...string) *people.Person {
	return &people.Person{ID: id, Tenant: "tallvik", Name: name, Mandates: []people.Mandate{{Authority: "social", Kinds: kinds, Title: "Ledamot", Decided: date("2026-01-14"), Paragraph: "§ 14"}}}
}

// A role is held from the first of its days to the end of the last, Swedish time.
func TestRolesHoldWithinTheirDays(t *testing.T) {
	p := chair("o", "Ordförande Testsson", people.Period{From: date("2026-03-01"), To: date("2026-03-31")})
	s := people.NewSnapshot(tallvik, 1, []*people.Person{p}, nil)
	for when, want := range map[string]int{"2026-02-28 23:59": 0, "2026-03-01 00:00": 1, "2026-03-31 23:59": 1, "2026-04-01 00:00": 0} {
		if got := len(s.Grants(p, at(when))); got != want {
			t.Errorf("%s: %d grants, want %d", when, got, want)
		}
	}
	p.Closed = at("2026-03-02 08:00")
	if got := s.Grants(p, at("2026-03-05 12:00")); got != nil {
		t.Errorf("who has left holds %v", got)
	}
}

// Who holds a role or a title is asked in the board's order; who is away, or holds it for another board, is not.
func TestHolders(t *testing.T) {
	now := at("2026-03-05 12:00")
	head := func(id people.ID, name string) *people.Person {
		return &people.Person{ID: id, Tenant: "tallvik", Name: name, Roles: []people.Role{{Authority: "skola", Role: identity.Manager, Title: "Rektor"}}}
	}
	away := head("c", "Cleo Provberg")
	away.Absences = []people.Absence{{From: now.Add(-time.Hour)}}
	s := people.NewSnapshot(tallvik, 1, []*people.Person{head("a", "Alva Provberg"), head("b", "Bo Provberg"), away, chair("o", "Ordförande Testsson", people.Period{})},
		[]*people.Board{{Authority: "skola", Deputies: []people.ID{"b"}}})
	for want, got := range map[string][]*people.Person{
		"b a":  s.Holders("skola", "", "rektor", now),
		"b a ": s.Holders("skola", identity.Manager, "", now),
		"":     s.Holders("skola", identity.Chair, "Rektor", now),
		"o":    s.Holders("social", identity.Chair, "", now),
	} {
		var ids []string
		for _, p := range got {
			ids = append(ids, string(p.ID))
		}
		if g := strings.Join(ids, " "); g != strings.TrimSpace(want) {
			t.Errorf("%q, want %q", g, want)
		}
	}
}

// What the organisation's own directory says gives roles by rule, and none when it says that somebody is not active.
func TestRulesMakeRoles(t *testing.T) {
	p := &people.Person{ID: "s", Tenant: "tallvik", Synced: &people.Synced{From: "scim", External: "1", UserName: "Sanna.P", Title: "socialsekreterare", Department: "Socialjouren", Active: true}}
	s := people.NewSnapshot(tallvik, 1, []*people.Person{p}, nil)
	now := at("2026-03-05 12:00")
	want := []identity.Grant{{Authority: "tallvik/social", Roles: []identity.Role{identity.Officer}}}
	if diff := cmp.Diff(want, s.Grants(p, now)); diff != "" {
		t.Error(diff)
	}
	p.Synced.Groups = []string{"gg-chefer"}
	if got := s.Grants(p, now); len(got) != 1 || len(got[0].Roles) != 2 {
		t.Errorf("with the group: %v", got)
	}
	p.Synced.Active = false
	if got := s.Grants(p, now); got != nil {
		t.Errorf("inactive: %v", got)
	}
	if s.ByUserName("scim", "sanna.p") != p || s.ByUserName("ldap:hr", "sanna.p") != nil {
		t.Error("user names are found in the directory that they come from")
	}
}

// Who decides is asked in order: on call by rank, then deputies, then others. Members need a mandate for the kind, officials a delegation,
// and what the law gives to the elected is theirs alone. Who is away is not asked.
func TestDeciders(t *testing.T) {
	o, v := chair("o", "Ordförande Testsson", people.Period{}), member("v", "Vice Provberg", "lvu-6", "lvm-13")
	l := member("l", "Ledamot Exempelsson", "lvm-13")
	official := &people.Person{ID: "c", Tenant: "tallvik", Name: "Chef Testberg", Roles: []people.Role{{Authority: "social", Role: identity.Decider, Title: "Enhetschef"}}}
	board := &people.Board{Authority: "social", Deputies: []people.ID{"o", "v", "l"},
		Shifts:      []people.Shift{{Person: "v", From: at("2026-03-06 16:00"), To: at("2026-03-09 08:00")}, {Person: "o", From: at("2026-03-06 16:00"), To: at("2026-03-09 08:00"), Rank: 1}},
		Delegations: []people.Delegation{{Kinds: []string{"sol-11-1"}, Title: "enhetschef", Number: "4.12", Decided: date("2026-01-14")}}}
	s := people.NewSnapshot(tallvik, 1, []*people.Person{o, v, l, official}, []*people.Board{board})
	for name, c := range map[string]struct {
		kind    string
		elected bool
		when    string
		want    []people.ID
	}{
		"on call first":           {"lvu-6", true, "2026-03-07 02:00", []people.ID{"v", "o"}},
		"by the deputies' order":  {"lvu-6", true, "2026-03-10 02:00", []people.ID{"o", "v"}},
		"a mandate for the kind":  {"lvm-13", true, "2026-03-10 02:00", []people.ID{"o", "v", "l"}},
		"by delegation":           {"sol-11-1", false, "2026-03-10 02:00", []people.ID{"o", "c"}},
		"not by an official":      {"sol-11-1", true, "2026-03-10 02:00", []people.ID{"o"}},
		"nobody has it delegated": {"sol-12-1", false, "2026-03-10 02:00", []people.ID{"o"}},
	} {
		var got []people.ID
		for _, d := range s.Deciders("social", c.kind, c.elected, at(c.when)) {
			got = append(got, d.Person.ID)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if d := s.Deciders("social", "lvu-6", true, at("2026-03-07 02:00"))[0]; d.Mandate == nil || d.Mandate.Paragraph != "§ 14" || !d.OnCall {
		t.Errorf("the right to decide does not stand: %+v", d)
	}
	v.Absences = []people.Absence{{From: at("2026-03-07 00:00"), To: at("2026-03-08 00:00")}}
	if got := s.Deciders("social", "lvu-6", true, at("2026-03-07 02:00")); len(got) != 1 || got[0].Person.ID != "o" {
		t.Errorf("who is away is asked: %v", got)
	}
	if got := s.Deciders("skola", "lvu-6", true, at("2026-03-07 02:00")); got != nil {
		t.Errorf("another board's: %v", got)
	}
}

// A hole is where nobody has a shift, and where those who have cannot decide: away, or a role that ends.
func TestHoles(t *testing.T) {
	o := chair("o", "Ordförande Testsson", people.Period{To: date("2026-03-08")})
	o.Absences = []people.Absence{{From: at("2026-03-07 10:00"), To: at("2026-03-07 12:00")}}
	b := &people.Board{Authority: "social", Shifts: []people.Shift{{Person: "o", From: at("2026-03-06 16:00"), To: at("2026-03-07 16:00")}, {Person: "o", From: at("2026-03-07 16:00"), To: at("2026-03-09 16:00")}}}
	s := people.NewSnapshot(tallvik, 1, []*people.Person{o}, []*people.Board{b})
	got := s.Holes("social", at("2026-03-06 12:00"), at("2026-03-10 00:00"))
	want := []people.Hole{{at("2026-03-06 12:00"), at("2026-03-06 16:00")}, {at("2026-03-07 10:00"), at("2026-03-07 12:00")}, {at("2026-03-09 00:00"), at("2026-03-10 00:00")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecisionsAreReportedToTheNextMeeting(t *testing.T) {
	b := &people.Board{Meetings: []people.Meeting{{Day: date("2026-04-15")}, {Day: date("2026-03-18"), Stop: at("2026-03-11 12:00")}}}
	for when, want := range map[string]string{"2026-03-10 02:00": "2026-03-18", "2026-03-11 12:00": "2026-04-15", "2026-04-15 08:00": "2026-04-15"} {
		if m, ok := b.NextMeeting(at(when)); !ok || m.Day.String() != want {
			t.Errorf("%s: %v %v", when, m.Day, ok)
		}
	}
	if _, ok := b.NextMeeting(at("2026-04-16 00:00")); ok {
		t.Error("a meeting that has been")
	}
}

// One person is one person, whatever numbers and logins say.
func TestSomebodyWithTwoLogins(t *testing.T) {
	p := &people.Person{ID: "p", Tenant: "tallvik", Name: "Sanna Provberg", Number: idno.Must("198403122388"), Logins: []string{"https://a|1", "https://b|2"}}
	s := people.NewSnapshot(tallvik, 1, []*people.Person{p}, nil)
	if s.ByLogin("https://a|1") != p || s.ByLogin("https://b|2") != p || s.ByNumber(p.Number) != p {
		t.Error("found by one and not by the other")
	}
	if id, ok := people.Of(p.ID.Subject()); !ok || id != "p" {
		t.Errorf("subject %q", p.ID.Subject())
	}
	if _, ok := people.Of("https://a|1"); ok {
		t.Error("a login's subject is nobody's in the register")
	}
}
