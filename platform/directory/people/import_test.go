package people_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"samtjanst/platform/directory/people"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
)

const titles = "Namn;Personnummer;Telefon;E-post;Roll;Titel;Från;Till;Beslutstyper;Beslutsdatum;Paragraf\n"

func lines(t *testing.T, raw []byte) []people.Line {
	t.Helper()
	out, problem := people.ReadFile(raw)
	if problem != nil {
		t.Fatal(problem)
	}
	return out
}

// The same people come out of every kind of file.
func TestFilesAreReadAlike(t *testing.T) {
	text := "Namn;Personnummer;Mobil;Från;Roll\nÅsa Östtestsson;19840312-2388;070-174 06 05;2026-03-01;Handläggare\n"
	windows, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "Namn", "B1": "Personnummer", "C1": "Mobil", "D1": "Från", "E1": "Roll", "E2": "Handläggare", "A2": "Åsa Östtestsson", "B2": 198403122388, "C2": 701740605, "D2": date("2026-03-01").At(0, 0, time.UTC)} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var excel bytes.Buffer
	if err := book.Write(&excel); err != nil {
		t.Fatal(err)
	}
	s := people.NewSnapshot(tallvik, 1, nil, nil)
	var want people.Person
	for i, raw := range [][]byte{[]byte(text), []byte("\xef\xbb\xbf" + text), []byte(windows), []byte(strings.ReplaceAll(text, ";", ",")),
		[]byte(strings.ReplaceAll(text, ";", "\t")), []byte(strings.ReplaceAll(text, "\n", "\r\n")), excel.Bytes()} {
		plan := s.Planned(lines(t, raw), "social", at("2026-03-05 12:00"), nil)
		if len(plan.Edits) != 1 || len(plan.Refused) > 0 {
			t.Fatalf("file %d: %+v", i, plan)
		}
		got := plan.Edits[0].Person
		if i == 0 {
			want = got
			if got.Name != "Åsa Östtestsson" || got.Phone != "+46701740605" || got.Number != idno.Must("198403122388") {
				t.Errorf("%+v", got)
			}
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(idno.Number{}), cmp.Comparer(func(a, b people.Period) bool { return a == b })); diff != "" {
			t.Errorf("file %d: %s", i, diff)
		}
	}
}

// Half the rows are wrong: each is told with its line and column, and nothing of it is taken; the others are.
func TestImportWithHalfTheRowsWrong(t *testing.T) {
	sanna := &people.Person{ID: "sanna", Tenant: "tallvik", Name: "Sanna Provberg", Number: idno.Must("198403122388"), Email: "sanna@example.se", Rev: 3,
		Roles: []people.Role{{Authority: "social", Role: identity.Officer, Title: "Socialsekreterare"}}}
	synced := &people.Person{ID: "synkad", Tenant: "tallvik", Name: "Synkad Testsson", Email: "synkad@example.se", Rev: 1, Synced: &people.Synced{From: "scim", External: "1", Active: true}}
	shared := &people.Person{ID: "delad", Tenant: "tallvik", Name: "Delad Testsson", Email: "delad@example.se", Rev: 1,
		Roles: []people.Role{{Authority: "skola", Role: identity.Chair}}}
	bo := func(id people.ID) *people.Person {
		return &people.Person{ID: id, Tenant: "tallvik", Name: "Bo Testsson", Rev: 1, Roles: []people.Role{{Authority: "social", Role: identity.Officer}}}
	}
	siv := &people.Person{ID: "siv", Tenant: "tallvik", Name: "Siv Testsson", Rev: 1, Roles: []people.Role{{Authority: "social", Role: identity.Officer}}}
	s := people.NewSnapshot(tallvik, 1, []*people.Person{sanna, synced, shared, bo("bo1"), bo("bo2"), siv}, nil)
	raw := titles + strings.Join([]string{
		"Sanna Provberg;198403122388;;;handläggare;Socialsekreterare;;;;;",                 // 2 the same as it is
		"Sanna Provberg;198403122388;070-1740606;;;;;;;;",                                  // 3 a phone number
		"Sanna Provberg;198403122388;;;handläggare;;;2026-03-05;;;",                        // 4 ends tonight
		"Ola Nytestsson;197101012388;;ola@example.se;ordförande;Ordförande;2026-03-01;;;;", // 5 somebody new
		"Ola Nytestsson;197101012388;;;;Ordförande;;;lvu-6, lvm-13;2026-01-14;§ 14",        // 6 who has a mandate too
		"Delad Testsson;;;delad@example.se;handläggare;;;;;;",                              // 7 of another board, gets a role here
		"Ola Nytestsson;197101012389;;;handläggare;;;;;;",                                  // 8 wrong check digit
		"Annat Namn;198403122388;;;handläggare;;;;;;",                                      // 9 somebody else's number
		"Sanna Provberg;197202032392;;sanna@example.se;handläggare;;;;;;",                  // 10 the mail address of one, the number of another
		";197303052380;;;handläggare;;;;;;",                                                // 11 no name
		"Ida Testsson;;;;kung;;;;;;",                                                       // 12 no such role
		"Ida Testsson;;;;ordförande;;;;;;",                                                 // 13 a chair without a number
		"Ida Testsson;;12;;handläggare;;;;;;",                                              // 14 no phone number
		"Ida Testsson;;;;handläggare;;2026-04-01;2026-03-01;;;",                            // 15 ends before it begins
		"Ola Nytestsson;197101012388;;;;;;;lvu-6;2027-01-14;§ 1",                           // 16 decided in the future
		"Synkad Testsson;;070-1740607;synkad@example.se;handläggare;;;;;;",                 // 17 kept elsewhere
		"Delad Testsson;;070-1740608;delad@example.se;;;;;;;",                              // 18 kept by another board
		"Ida Testsson;;;;handläggare;;2026-13-01;;;;",                                      // 19 no such day
		"Bo Testsson;;;;handläggare;;;;;;",                                                 // 20 there are two
		"siv testsson;;;;handläggare;;;;;;",                                                // 21 she is here, and stays as she is
	}, "\n")
	plan := s.Planned(lines(t, []byte(raw)), "social", at("2026-03-05 12:00"), func(p *people.Person) bool { return !p.AlsoIn("social", at("2026-03-05 12:00")) })
	var refused []string
	for _, r := range plan.Refused {
		refused = append(refused, fmt.Sprintf("%d %s %s", r.Line, r.Column, r.Code))
	}
	want := []string{"8 personnummer person-check", "9 personnummer other-name", "10 personnummer two-people", "11 namn required", "12 roll not-an-option",
		"13 personnummer needs-number", "14 telefon format", "15 till ends-before", "16 beslutsdatum not-yet", "17  kept-there", "18  kept-by-other", "19 från not-a-date", "20 personnummer which-one"}
	if diff := cmp.Diff(want, refused); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, e := range plan.Edits {
		p := e.Person
		got = append(got, fmt.Sprintf("%s %d: %v", p.Name, len(p.Mandates), people.Differences(wasOf(e), &p)))
	}
	if diff := cmp.Diff([]string{"Sanna Provberg 0: [phone roles]", "Ola Nytestsson 1: [name number email roles mandates]", "Delad Testsson 0: [roles]"}, got); diff != "" {
		t.Error(diff)
	}
	if p := plan.Edits[0].Person; len(p.Roles) != 1 || p.Roles[0].To != date("2026-03-05") || p.Roles[0].Title != "Socialsekreterare" {
		t.Errorf("%+v", p.Roles)
	}
	if p := plan.Edits[2].Person; len(p.Roles) != 2 || p.Phone != "" {
		t.Errorf("%+v", p)
	}
}

func wasOf(e people.Edit) *people.Person {
	if e.Was == nil {
		return &people.Person{}
	}
	return e.Was
}

// What is no file of people is told as a whole.
func TestFilesThatAreNone(t *testing.T) {
	for name, c := range map[string]struct{ raw, code string }{
		"nothing":         {"", people.FileEmpty},
		"titles alone":    {titles, people.FileEmpty},
		"bytes":           {"\x00\x01\x02", people.FileUnread},
		"a broken book":   {"PK\x03\x04 not a book", people.FileUnread},
		"unknown column":  {"Namn;Skostorlek\nA;42", people.UnknownColumn},
		"a column twice":  {"Namn;E-post;Epost\nA;b;c", people.ColumnTwice},
		"nobody is named": {"Personnummer;Roll\n1;2", people.NoNameColumn},
		"far too many":    {"Namn\n" + strings.Repeat("A\n", 2001), people.FileTooLong},
	} {
		if _, p := people.ReadFile([]byte(c.raw)); p == nil || p.Code != c.code {
			t.Errorf("%s: %+v, want %s", name, p, c.code)
		}
	}
}

// Who leaves is closed, or loses what this board gave when another board has the person too; what was stays to be seen.
func TestLeaves(t *testing.T) {
	now := at("2026-03-05 12:00")
	p := people.Person{Roles: []people.Role{{Authority: "social", Role: identity.Officer}, {Authority: "social", Role: identity.Manager, Period: people.Period{From: date("2026-05-01")}}}}
	if got := p.Leaves("social", now); got.Closed != now || len(got.Roles) != 2 {
		t.Errorf("%+v", got)
	}
	p.Roles = append(p.Roles, people.Role{Authority: "skola", Role: identity.Officer})
	got := p.Leaves("social", now)
	want := []people.Role{{Authority: "social", Role: identity.Officer, Period: people.Period{To: date("2026-03-04")}}, {Authority: "skola", Role: identity.Officer}}
	if diff := cmp.Diff(want, got.Roles, cmp.Comparer(func(a, b people.Period) bool { return a == b })); diff != "" || !got.Closed.IsZero() {
		t.Error(diff)
	}
}

// A confirmed change of the delegation list holds beside what others have done with the board meanwhile, and is made once.
func TestDelegationsAreChanged(t *testing.T) {
	h := open(t)
	old := people.Delegation{Kinds: []string{"sol-11-1"}, Title: "Enhetschef", Number: "4.1", Decided: date("2026-01-14")}
	b, err := h.PutBoard(t.Context(), "tallvik", people.Board{Authority: "social", Delegations: []people.Delegation{old}}, people.Entry{By: "setup"})
	if err != nil {
		t.Fatal(err)
	}
	added := people.Delegation{Kinds: []string{"sol-12-1"}, Title: "Enhetschef", Number: "4.2", Decided: date("2026-03-04")}
	c, err := h.Propose(t.Context(), people.Change{Tenant: "tallvik", Authority: "social", By: people.Signatory{Subject: "a"},
		Lists: []people.ListEdit{{Line: added}, {Line: old, End: date("2026-03-31")}}})
	if err != nil {
		t.Fatal(err)
	}
	b.Deputies = []people.ID{"x"}
	if b, err = h.PutBoard(t.Context(), "tallvik", b, people.Entry{By: "setup"}); err != nil {
		t.Fatal(err)
	}
	if _, err = h.Confirm(t.Context(), "tallvik", c.ID, people.Signatory{Subject: "b"}); err != nil {
		t.Fatal(err)
	}
	got, _, err := h.Board(t.Context(), "tallvik", "social")
	if err != nil || len(got.Delegations) != 2 || got.Delegations[0].To != date("2026-03-31") || len(got.Deputies) != 1 || got.Rev != b.Rev+1 {
		t.Errorf("%+v %v", got, err)
	}
}
