package saml_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/samlsim"
	"samtjanst/platform/idno"
)

// What a provider is asked, read by a parser that knows nothing of how it is written: who is to answer, and no other; that an earlier login
// there must not answer; and the text of a signature, which must be shown by this provider and is encrypted to it.
func TestRequest(t *testing.T) {
	w := newWorld(t, nil)
	ask := func(p eid.Purpose, n idno.Number, edit func(*eid.Request)) *etree.Element {
		t.Helper()
		r := eidtest.VisitedRequest(p, n, "Relay0000000000000000A")
		if edit != nil {
			edit(&r)
		}
		o := w.start(t, r)
		tree := etree.NewDocument()
		if err := tree.ReadFromString(decoded(t, o.Visit.Fields[0].Value)); err != nil {
			t.Fatal(err)
		}
		return tree.Root()
	}
	const match = "./Extensions/PrincipalSelection[namespace-uri()='http://id.swedenconnect.se/authn/1.0/principal-selection/ns']/MatchValue"
	for name, c := range map[string]struct {
		purpose eid.Purpose
		who     idno.Number
	}{"a signature by Anna": {eid.Sign, anna}, "a login by Anna": {eid.Login, anna}, "a login by anybody": {eid.Login, idno.Number{}}} {
		root := ask(c.purpose, c.who, nil)
		for attribute, want := range map[string]string{"ForceAuthn": "true", "IsPassive": "false", "AssertionConsumerServiceURL": acs, "Version": "2.0",
			"Destination": w.sim.EntityID(samlsim.Citizens) + "/sso", "ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"} {
			if got := root.SelectAttrValue(attribute, ""); got != want {
				t.Errorf("%s: %s is %q", name, attribute, got)
			}
		}
		var got []string
		for _, m := range root.FindElements(match) {
			got = append(got, m.SelectAttrValue("Name", "")+" "+m.Text())
		}
		want := "urn:oid:1.2.752.29.4.13 " + c.who.Digits()
		if c.who.IsZero() {
			want = ""
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: it asks for %q, want %q", name, got, want)
		}
		if levels := root.FindElements("./RequestedAuthnContext[@Comparison='exact']/AuthnContextClassRef"); len(levels) == 0 || levels[0].Text() != samlsim.LoA3 {
			t.Errorf("%s: it asks for %d levels", name, len(levels))
		}
	}
	m := ask(eid.Sign, anna, nil).FindElement("./Extensions/SignMessage")
	if m == nil || m.SelectAttrValue("MustShow", "") != "true" || m.SelectAttrValue("DisplayEntity", "") != w.sim.EntityID(samlsim.Citizens) ||
		m.SelectAttrValue("MimeType", "") != "text/markdown" || m.SelectElement("Message") != nil || m.SelectElement("EncryptedMessage") == nil {
		t.Errorf("the text to sign is asked for by %+v", m)
	}
	plain := ask(eid.Sign, anna, func(r *eid.Request) { r.Markdown = false }).FindElement("./Extensions/SignMessage")
	if plain.SelectAttrValue("MimeType", "") != "text" {
		t.Error("a plain text is asked for as another")
	}
	if m := ask(eid.Login, idno.Number{}, nil).FindElement("./Extensions"); m != nil {
		t.Error("a login by anybody has extensions")
	}
	text := ask(eid.Login, idno.Number{}, func(r *eid.Request) { r.Text, r.Markdown = "Logga in", true }).FindElement("./Extensions/UserMessage")
	if text == nil || text.SelectAttrValue("mimeType", "") != "text/markdown" {
		t.Fatal("a login's message is not asked for as Markdown")
	}
	if got, err := base64.StdEncoding.DecodeString(text.SelectElement("Message").Text()); err != nil || string(got) != "Logga in" {
		t.Errorf("the message is %q", got)
	}
	if o, err := w.client.Start(context.Background(), eidtest.VisitedRequest(eid.Sign, anna, "Relay.0000000000000000")); err == nil {
		t.Errorf("a relay that would not come back as it is: %+v", o)
	}
}
