package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"samtjanst/examples/demo"
	"samtjanst/forms/library"
	"samtjanst/integrations/eid"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/config"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
	"samtjanst/platform/server/servertest"
	"samtjanst/platform/signing"
	"samtjanst/platform/signing/evidence"
	"samtjanst/platform/signing/proof"
)

// signWith signs a case as a party with any of the demo's e-legitimations, by its real protocol: on the telephone, or at its page.
func signWith(t *testing.T, w *servertest.World, a identity.Actor, id casework.ID, provider string) {
	t.Helper()
	if _, err := w.Flow.SigningPage(w.Ctx, a, id); err != nil {
		t.Fatal(err)
	}
	v, err := w.Flow.StartSigning(w.Ctx, a, id, provider, servertest.Client)
	if err != nil {
		t.Fatalf("%s: %v", provider, err)
	}
	switch {
	case v.Order.Visit != nil:
		posted := visitAs(t, v.Order.Visit, w.Flow.BaseURL+"/eid/svar/"+provider, a.Citizen.Name)
		ticket, err := w.Flow.TakeAnswer(w.Ctx, provider, eid.RelayOf(posted), posted)
		if err == nil {
			err = w.Flow.SigningCameBack(w.Ctx, a, id, ticket)
		}
		if err != nil {
			t.Fatalf("%s: %v", provider, err)
		}
	case provider == "freja":
		err = w.Sim.Freja.Approve(a.Citizen.Number, "")
	default:
		err = w.Sim.BankID.Approve(a.Citizen.Number, v.Order.AutoStart)
	}
	for n := 0; err == nil && n < 5; n++ {
		if v, err = w.Flow.PollSigning(w.Ctx, a, id); err == nil && v.Status.State != eid.Pending {
			break
		}
	}
	if err != nil || v.Status.State != eid.Complete {
		t.Fatalf("%s: %+v %v", provider, v.Status, err)
	}
}

// visitAs is a browser at a provider's page, where somebody presses the button with his or her name. It gives what the provider has the
// browser post back, to the address given.
func visitAs(t *testing.T, v *eid.Visit, back, name string) url.Values {
	t.Helper()
	fields := url.Values{}
	for _, f := range v.Fields {
		fields.Add(f.Name, f.Value)
	}
	at, page := post(t, v.URL, fields)
	for _, button := range elements(page, "button") {
		if card := above(button, "li"); card != nil && strings.Contains(words(card), name) {
			form := above(button, "form")
			pressed := inputs(form)
			if key := attribute(button, "name"); key != "" {
				pressed.Set(key, attribute(button, "value"))
			}
			to, err := at.Parse(attribute(form, "action"))
			if err != nil {
				t.Fatal(err)
			}
			_, last := post(t, to.String(), pressed)
			if forms := elements(last, "form"); len(forms) == 1 && attribute(forms[0], "action") == back {
				return inputs(forms[0])
			}
			t.Fatalf("no form that leads back: %s", words(last))
		}
	}
	t.Fatalf("no button for %s: %s", name, words(page))
	return nil
}

func post(t *testing.T, to string, fields url.Values) (*url.URL, *html.Node) {
	t.Helper()
	res, err := http.PostForm(to, fields)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := html.Parse(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v: %s", res.Request.URL.Path, res.Status, err, words(page))
	}
	return res.Request.URL, page
}

func elements(in *html.Node, tag string) (out []*html.Node) {
	for n := range in.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			out = append(out, n)
		}
	}
	return out
}

// above is the nearest element of a kind that one stands in; nil when there is none.
func above(n *html.Node, tag string) *html.Node {
	for n != nil && n.Data != tag {
		n = n.Parent
	}
	return n
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func inputs(form *html.Node) url.Values {
	v := url.Values{}
	for _, in := range elements(form, "input") {
		v.Add(attribute(in, "name"), attribute(in, "value"))
	}
	return v
}

func words(in *html.Node) string {
	var b strings.Builder
	for n := range in.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

// providersTrust is where trustAll has the identity provider's.
const providersTrust = 5

// trustAll are the certificates of everybody in the demo, as their owners would publish them, in files.
func trustAll(t *testing.T, w *servertest.World) (args []string) {
	t.Helper()
	e := w.Sim.Endpoints
	for _, file := range []string{e.BankID.Roots, e.Freja.Signers, identityProvider(t, w), e.SignService.Roots, e.Seals["ekkoping"].Roots} {
		args = append(args, "--trust", file)
	}
	return args
}

// identityProvider is the certificate in the demo's metadata, as a file.
func identityProvider(t *testing.T, w *servertest.World) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "idp.pem")
	if err := os.WriteFile(file, metadataCertificate(t, w.Sim.Endpoints.SAML.MetadataURL, w.Sim.Endpoints.SAML.Provider), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// metadataCertificate takes a provider's certificate for signing out of its metadata, by a way that shares nothing with the client's.
func metadataCertificate(t *testing.T, address, entity string) []byte {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := html.Parse(res.Body) // lenient: names come in lower case with their prefixes
	if err != nil {
		t.Fatal(err)
	}
	for n := range page.Descendants() {
		if !strings.HasSuffix(n.Data, "entitydescriptor") || attribute(n, "entityid") != entity {
			continue
		}
		for c := range n.Descendants() {
			if strings.HasSuffix(c.Data, "x509certificate") && c.FirstChild != nil && above(c, "md:keydescriptor") != nil {
				body := strings.Join(strings.Fields(c.FirstChild.Data), "")
				return []byte("-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n")
			}
		}
	}
	t.Fatalf("%s is not in the metadata", entity)
	return nil
}

// fingerprintOf is the fingerprint of the certificate in a file, as its owner would tell it.
func fingerprintOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	return fmt.Sprintf("% X", sha256.Sum256(block.Bytes))
}

// The whole chain, for each e-legitimation of the demo: somebody signs by its protocol, the signature is stored with its evidence, and the
// archive and the sealed PDF prove it: to whoever runs the command with the certificates of those he or she trusts, and on the page.
func TestEveryProviderIsProven(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Options{EIDs: true})
	officer := w.Staff(personas.MonaTesthandlaggare)
	trust := trustAll(t, w)
	offered := map[string]bool{}
	for _, o := range w.Flow.EIDs.Signers(3) {
		offered[o.ID()] = true
	}
	for _, c := range []struct {
		child      personas.ID
		anna, erik string // who sign with what
		methods    []string
	}{
		{personas.ElsaTestsson, "freja", "elegitimation", []string{"Freja+, tillitsnivå 3", "e-legitimation genom en legitimeringstjänst, tillitsnivå 3"}},
		{personas.ElsaTestsson, "underskriftstjanst", "bankid", []string{"e-legitimation genom en underskriftstjänst, tillitsnivå 3", "Mobilt BankID, tillitsnivå 3"}},
	} {
		delete(offered, c.anna)
		delete(offered, c.erik)
		id := apply(t, w, anna, "ekkoping", c.child, "eklunda")
		signWith(t, w, anna, id, c.anna)
		fillOwn(t, w, erik, id, map[string]url.Values{"egen": servertest.Posted("/egen/email=erik@example.se")})
		signWith(t, w, erik, id, c.erik)
		if h := w.Head(id); h.Order.Outcome != signing.Complete {
			t.Fatalf("%s, %s: %s", c.anna, c.erik, h.Order.Outcome)
		}
		for name, raw := range map[string][]byte{"bevis.zip": caseBundle(t, w, officer, id), "arende.pdf": casePDF(t, w, officer, id)} {
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			status, out, errs := verifyCommand(t, append([]string{file}, trust...)...)
			if status != 0 || !strings.Contains(out, "Underskrifterna stämmer") || strings.Contains(out, "inte kontrollerat") || strings.Contains(out, "[") {
				t.Errorf("%s: status %d\n%s%s", name, status, out, errs)
			}
			page := checkedOnPage(t, w, name, raw)
			for _, text := range []string{out, page} {
				for n, method := range c.methods {
					if !strings.Contains(text, []string{"Anna Testsson (", "Erik Testsson ("}[n]) || !strings.Contains(text, "med "+method+".") {
						t.Errorf("%s: no %q in\n%s", name, method, text)
					}
				}
			}
			if !strings.Contains(page, "Underskrifterna stämmer") || name == "arende.pdf" && !strings.Contains(page, "Myndighetens stämpel på hela filen är hel.") {
				t.Errorf("%s on the page: %s", name, page)
			}
			// The identity provider has exchanged its certificate meanwhile: who has its fingerprint from the provider needs nothing else.
			if c.erik == "elegitimation" {
				asked := slices.Clone(trust)
				asked[providersTrust] = fingerprintOf(t, asked[providersTrust])
				if status, out, errs := verifyCommand(t, append([]string{file}, asked...)...); status != 0 {
					t.Errorf("%s, by fingerprint: status %d\n%s%s", name, status, out, errs)
				}
			}
			// Whoever trusts nobody learns that nothing is changed, of all but Freja's, whose certificate the evidence does not carry.
			want := "utfärdaren är okänd"
			if c.anna == "freja" {
				want = "Alla underskrifter kunde inte kontrolleras"
			}
			if status, out, _ := verifyCommand(t, file); status != 1 || !strings.Contains(out, want) {
				t.Errorf("%s, nobody trusted: status %d\n%s", name, status, out)
			}
		}
	}
	for id := range offered {
		t.Errorf("nobody signs with %s", id)
	}
	// What the identity provider signed with stands in the book, before it is exchanged.
	if book, err := w.Store.ListRecords(w.Ctx, w.Clock.Now(), "eid-certificate", "", "", 10); err != nil || len(book) != 1 {
		t.Errorf("%d certificates are noted: %v", len(book), err)
	}
}

// checkedOnPage has a visitor check a file at /kontrollera and gives what the page says.
func checkedOnPage(t *testing.T, w *servertest.World, name string, raw []byte) string {
	t.Helper()
	b := httptestkit.New(t, w.App)
	b.Get("/kontrollera")
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	err := m.WriteField(httpkit.TokenField, b.Token())
	part, partErr := m.CreateFormFile("fil", name)
	if err == nil && partErr == nil {
		_, err = part.Write(raw)
	}
	if err = errors.Join(err, partErr, m.Close()); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "/kontrollera", &body)
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	b.Do(req)
	b.Want(http.StatusOK)
	return b.Text()
}

// signedDecisions are the forms that are shipped, with school transport decided by a signature. What is signed with stands in the form.
func signedDecisions(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, library.Forms); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(dir, "skolskjuts", "form.yaml")
	text, err := os.ReadFile(at)
	if err == nil {
		err = os.Chmod(at, 0o600) // as embedded they cannot be written
	}
	changed := text
	for place, more := range map[string]string{
		"  letterDays: 10\n  grants:": "  letterDays: 10\n  sign: {days: 3, with: [bankid, freja, underskriftstjanst]}\n  grants:",
		"\nsigning:\n":                "\nsigning:\n  with: [bankid, freja, underskriftstjanst]\n",
	} {
		if !bytes.Contains(changed, []byte(place)) {
			t.Fatal("the form signs otherwise than this test knows")
		}
		changed = bytes.Replace(changed, []byte(place), []byte(more), 1)
	}
	if err == nil {
		err = os.WriteFile(at, changed, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// choosing are the demo's municipalities, of which one says with what its people sign.
func choosing(t *testing.T) fstest.MapFS {
	t.Helper()
	towns := fstest.MapFS{}
	for name, more := range map[string]string{"municipalities/ekkoping.yaml": "\neid: [bankid, freja, elegitimation]\n", "municipalities/tallvik.yaml": ""} {
		raw, err := fs.ReadFile(demo.Municipalities, name)
		if err != nil {
			t.Fatal(err)
		}
		towns[name] = &fstest.MapFile{Data: append(raw, more...)}
	}
	return towns
}

func idsOf(offers eid.Offers) (ids []string) {
	for _, o := range offers {
		ids = append(ids, o.ID())
	}
	return ids
}

// With which e-legitimations one signs is for the municipality to say, for the form, and for the level that each gives: what any of them leaves
// out is not offered, and cannot be started all the same.
func municipalityAndFormChoose(t *testing.T, w *servertest.World) {
	t.Helper()
	for _, c := range []struct {
		tenant, school string
		who            identity.Actor
		child          personas.ID
		want           []string
	}{
		{"ekkoping", "eklunda", anna, personas.ElsaTestsson, []string{"bankid"}},
		{"tallvik", "strand", servertest.Citizen(personas.CamillaProvdal), personas.SigneProvdal, []string{"bankid", "underskriftstjanst"}},
	} {
		id := apply(t, w, c.who, c.tenant, c.child, c.school)
		v, err := w.Flow.SigningPage(w.Ctx, c.who, id)
		if err != nil || !slices.Equal(idsOf(v.Offers), c.want) {
			t.Fatalf("%s signs with %v, want %v: %v", c.tenant, idsOf(v.Offers), c.want, err)
		}
		for _, o := range w.Flow.EIDs {
			_, err := w.Flow.StartSigning(w.Ctx, c.who, id, o.ID(), servertest.Client)
			if wanted := slices.Contains(c.want, o.ID()); wanted && err != nil || !wanted && !errors.Is(err, fault.Invalid) {
				t.Errorf("%s: started with %s: %v", c.tenant, o.ID(), err)
			}
		}
	}
}

// The archive of a case has the orders of its decision too: one that is waited for, a proposal that somebody was against, and what was decided,
// each with the document as those who decide had it before them.
func TestDecisionsAreInTheArchive(t *testing.T) {
	w := servertest.New(t, servertest.Options{Forms: signedDecisions(t), EIDs: true, Municipalities: choosing(t), Configure: func(c *config.Config) {
		for i := range c.EID {
			if c.EID[i].ID == "freja" {
				c.EID[i].Level = 2 // the form says nothing, which is 3
			}
		}
	}})
	municipalityAndFormChoose(t, w)
	id := decide(t, w, personas.ElsaTestsson)
	decider := w.Staff(personas.BirgittaProvbeslutande)
	if v, err := w.Flow.DecisionToSign(w.Ctx, decider, id); err != nil || !slices.Equal(idsOf(v.Offers), []string{"bankid"}) {
		t.Errorf("the decision is signed with %v: %v", idsOf(v.Offers), err)
	}
	archive := func(want proof.Verdict, signatures int, outcomes ...signing.Outcome) proof.Report {
		t.Helper()
		r, err := checkerOf(t, w).Check(caseBundle(t, w, decider, id))
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != want || len(r.Signatures) != signatures || len(r.Orders) != len(outcomes) {
			t.Fatalf("%s with %d signatures of %d orders: %v", r.Verdict, len(r.Signatures), len(r.Orders), r.Findings)
		}
		for i, o := range r.Orders {
			if o.Outcome != outcomes[i] || (o.About == "decision") != (i > 0) {
				t.Errorf("order %d: %s %s", i, o.About, o.Outcome)
			}
		}
		return r
	}
	has := func(r proof.Report, file string, by int) {
		t.Helper()
		for _, p := range r.Parts {
			if p.File == file && p.State == proof.OK && len(p.SignedBy) == by {
				return
			}
		}
		t.Errorf("%s is not there, whole and signed by %d: %+v", file, by, r.Parts)
	}
	has(archive(proof.VerdictIncomplete, 2, signing.Complete, signing.Going), "beslut.pdf", 0)

	if problems, err := w.Flow.AgainstDecision(w.Ctx, decider, id, "Avståndet är inte utrett."); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	w.Run()
	r := archive(proof.VerdictHolds, 2, signing.Complete, signing.Refused)
	has(r, "forslag-1.pdf", 0)

	again := bifall
	again.News = "Avståndet är utrett nu."
	if problems, err := w.Flow.Decide(w.Ctx, decider, id, revision(t, w, id), again); err != nil || problems != nil {
		t.Fatal(problems, err)
	}
	w.Run()
	v, err := w.Flow.StartSigningDecision(w.Ctx, decider, id, "", servertest.Client)
	if err == nil {
		err = w.Sim.BankID.Approve(decider.Staff.Number, v.Order.AutoStart)
	}
	if err == nil {
		v, err = w.Flow.PollSigningDecision(w.Ctx, decider, id)
	}
	if err != nil || v.Status.State != eid.Complete {
		t.Fatal(err)
	}
	w.Run()
	r = archive(proof.VerdictHolds, 3, signing.Complete, signing.Refused, signing.Complete)
	has(r, "forslag-1.pdf", 0)
	has(r, "beslut.pdf", 1)
	if s := r.Signatures[2]; s.Format != evidence.BankID || s.Signed == nil || s.Signed.Name != decider.Staff.Name {
		t.Errorf("decided by %+v", s.Signed)
	}
}
