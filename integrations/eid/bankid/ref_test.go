package bankid

import (
	"bytes"
	"strings"
	"testing"

	"samtjanst/integrations/eid"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
)

func request() (eid.Request, evidence.Verified) {
	n := idno.Must("199001012385")
	return eid.Request{Purpose: eid.Sign, Number: n, Text: "Text", Hidden: []byte("dold")},
		evidence.Verified{Use: evidence.Signing, Number: n, Text: []byte("Text"), Hidden: []byte("dold")}
}

// What is asked for and what comes back must be the same in every part, and no part can be read as another.
func TestCompare(t *testing.T) {
	s := newSealer([]byte("key"))
	other := idno.Must("198506012387")
	for _, c := range []struct {
		name string
		edit func(*eid.Request, *evidence.Verified)
		want evidence.Code
	}{
		{"the same", func(*eid.Request, *evidence.Verified) {}, ""},
		{"markdown", func(r *eid.Request, v *evidence.Verified) { r.Markdown, v.Markdown = true, true }, ""},
		{"login by anybody", func(r *eid.Request, v *evidence.Verified) {
			r.Purpose, r.Number, v.Use = eid.Login, idno.Number{}, evidence.Identification
		}, ""},
		{"signature by anybody", func(r *eid.Request, _ *evidence.Verified) { r.Number = idno.Number{} }, evidence.WrongPerson},
		{"somebody else", func(_ *eid.Request, v *evidence.Verified) { v.Number = other }, evidence.WrongPerson},
		{"login", func(_ *eid.Request, v *evidence.Verified) { v.Use = evidence.Identification }, evidence.WrongUse},
		{"text", func(_ *eid.Request, v *evidence.Verified) { v.Text = []byte("text") }, evidence.WrongText},
		{"format", func(_ *eid.Request, v *evidence.Verified) { v.Markdown = true }, evidence.WrongText},
		{"hidden", func(_ *eid.Request, v *evidence.Verified) { v.Hidden = nil }, evidence.WrongText},
		{"moved", func(_ *eid.Request, v *evidence.Verified) { v.Text, v.Hidden = []byte("Textd"), []byte("old") }, evidence.WrongText},
	} {
		r, v := request()
		c.edit(&r, &v)
		ticket, err := parseRef(s.ref("order", r, atComputer))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.compare(ticket, v, v.Number.Digits()); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	r, v := request()
	ticket, err := parseRef(s.ref("order", r, atComputer))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.compare(ticket, v, other.Digits()); got != evidence.WrongPerson {
		t.Errorf("the provider names somebody else: %q", got)
	}
	if got := newSealer([]byte("another")).compare(ticket, v, v.Number.Digits()); got == "" {
		t.Error("another relying party's reference is accepted")
	}
	if strings.Contains(s.ref("order", r, atComputer), r.Number.Digits()) {
		t.Error("the reference holds the number")
	}
}

func FuzzParseRef(f *testing.F) {
	r, v := request()
	s := newSealer([]byte("key"))
	good := s.ref("order", r, atComputer)
	f.Add(good)
	r.Number = idno.Number{}
	f.Add(s.ref("order", r, atComputer))
	f.Add("....")
	f.Fuzz(func(t *testing.T, ref string) {
		ticket, err := parseRef(ref)
		if err != nil {
			return
		}
		if ticket.order == "" || len(ticket.content) != 32 {
			t.Fatalf("half a reference: %q", ref)
		}
		whole, _ := parseRef(good)
		same := ticket.order == whole.order && ticket.purpose == whole.purpose && bytes.Equal(ticket.person, whole.person) &&
			bytes.Equal(ticket.content, whole.content)
		if s.compare(ticket, v, v.Number.Digits()) == "" && !same {
			t.Fatalf("accepted for %q", ref)
		}
	})
}
