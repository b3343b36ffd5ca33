package freja

import (
	"bytes"
	"strings"
	"testing"

	"samtjanst/integrations/eid"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
)

const order = "zWrxATCUAJ_QvlqXzYdNIJF8OUo0-i07"

func request() (eid.Request, evidence.FrejaVerified) {
	n := idno.Must("199001012385")
	return eid.Request{Purpose: eid.Sign, Level: 3, Number: n, Text: "Text", Hidden: []byte("dold")},
		evidence.FrejaVerified{Ref: order, Level: 3, Verified: evidence.Verified{Use: evidence.Signing, Number: n, Text: []byte("Text"), Hidden: []byte("dold")}}
}

// What is asked for and what comes back must be the same in every part, and no part can be read as another.
func TestCompare(t *testing.T) {
	s := newSealer([]byte("key"))
	for _, c := range []struct {
		name string
		edit func(*eid.Request, *evidence.FrejaVerified)
		want evidence.Code
	}{
		{"the same", func(*eid.Request, *evidence.FrejaVerified) {}, ""},
		{"login by anybody", func(r *eid.Request, v *evidence.FrejaVerified) {
			r.Purpose, r.Number, v.Use = eid.Login, idno.Number{}, evidence.Identification
		}, ""},
		{"a higher level", func(r *eid.Request, _ *evidence.FrejaVerified) { r.Level = 2 }, ""},
		{"a lower level", func(_ *eid.Request, v *evidence.FrejaVerified) { v.Level = 2 }, evidence.LevelTooLow},
		{"another order", func(_ *eid.Request, v *evidence.FrejaVerified) { v.Ref = "another" }, evidence.WrongOrder},
		{"signature by anybody", func(r *eid.Request, _ *evidence.FrejaVerified) { r.Number = idno.Number{} }, evidence.WrongPerson},
		{"somebody else", func(_ *eid.Request, v *evidence.FrejaVerified) { v.Number = idno.Must("198506012387") }, evidence.WrongPerson},
		{"login", func(_ *eid.Request, v *evidence.FrejaVerified) { v.Use = evidence.Identification }, evidence.WrongUse},
		{"text", func(_ *eid.Request, v *evidence.FrejaVerified) { v.Text = []byte("text") }, evidence.WrongText},
		{"hidden", func(_ *eid.Request, v *evidence.FrejaVerified) { v.Hidden = nil }, evidence.WrongText},
		{"moved", func(_ *eid.Request, v *evidence.FrejaVerified) { v.Text, v.Hidden = []byte("Textd"), []byte("old") }, evidence.WrongText},
	} {
		r, v := request()
		c.edit(&r, &v)
		ticket, err := parseRef(s.ref(order, r))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.compare(ticket, v); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	r, v := request()
	ticket, err := parseRef(s.ref(order, r))
	if err != nil {
		t.Fatal(err)
	}
	if got := newSealer([]byte("another")).compare(ticket, v); got == "" {
		t.Error("another relying party's reference is accepted")
	}
	if strings.Contains(s.ref(order, r), r.Number.Digits()) {
		t.Error("the reference holds the number")
	}
}

func FuzzParseRef(f *testing.F) {
	r, v := request()
	s := newSealer([]byte("key"))
	good := s.ref(order, r)
	f.Add(good)
	r.Number = idno.Number{}
	f.Add(s.ref(order, r))
	f.Add("....")
	f.Fuzz(func(t *testing.T, ref string) {
		ticket, err := parseRef(ref)
		if err != nil {
			return
		}
		if !isReference(ticket.order) || len(ticket.content) != 32 || levels[ticket.level] == "" {
			t.Fatalf("half a reference: %q", ref)
		}
		whole, _ := parseRef(good)
		same := ticket.order == whole.order && ticket.purpose == whole.purpose && ticket.level == whole.level &&
			bytes.Equal(ticket.person, whole.person) && bytes.Equal(ticket.content, whole.content)
		if s.compare(ticket, v) == "" && !same {
			t.Fatalf("accepted for %q", ref)
		}
	})
}
