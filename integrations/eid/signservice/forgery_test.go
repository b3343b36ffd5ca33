package signservice_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/integrations/eid/signservice"
	"samtjanst/integrations/eid/signservicesim"
)

// What surrounds a genuine response, or is moved within it, makes another response: it is refused, and leaves the order as it was.
func TestForgedResponses(t *testing.T) {
	w := newWorld(t, nil)
	o := start(t, w.client, eidtest.VisitedRequest(eid.Sign, anna, someRelay))
	posted := w.visit(t, o, anna, eidtest.Approve)
	declined := w.visit(t, o, anna, eidtest.Decline)
	genuine, refusal := decode(t, posted), decode(t, declined)
	part := func(s, from, to string) string {
		i := strings.Index(s, from)
		if i < 0 || !strings.Contains(s[i:], to) {
			t.Fatalf("no %s in the response", from)
		}
		return s[i : i+strings.Index(s[i:], to)+len(to)]
	}
	signature := part(genuine, "<ds:Signature ", "</ds:Signature>")
	result := part(genuine, "<dss:Result>", "</dss:Result>")
	open := genuine[:strings.Index(genuine, ">")+1]
	for name, forged := range map[string]string{
		"its signature left out":             strings.Replace(genuine, signature, "", 1),
		"its signature twice":                strings.Replace(genuine, signature, signature+signature, 1),
		"its signature moved to the root":    strings.Replace(strings.Replace(genuine, signature, "", 1), "</dss:SignResponse>", signature+"</dss:SignResponse>", 1),
		"its signature moved to the front":   strings.Replace(strings.Replace(genuine, signature, "", 1), "<dss:OptionalOutputs>", "<dss:OptionalOutputs>"+signature, 1),
		"another response's signature":       strings.Replace(genuine, signature, part(refusal, "<ds:Signature ", "</ds:Signature>"), 1),
		"a no turned into a yes":             strings.Replace(refusal, part(refusal, "<dss:Result>", "</dss:Result>"), result, 1),
		"a yes turned into a no":             strings.Replace(genuine, result, part(refusal, "<dss:Result>", "</dss:Result>"), 1),
		"a second result":                    strings.Replace(genuine, result, result+part(refusal, "<dss:Result>", "</dss:Result>"), 1),
		"wrapped in another":                 open + result + "<dss:OptionalOutputs>" + genuine + signature + "</dss:OptionalOutputs></dss:SignResponse>",
		"another wrapped in it":              strings.Replace(genuine, "<dss:OptionalOutputs>", "<dss:OptionalOutputs>"+refusal, 1),
		"kept in its signature":              strings.Replace(refusal, "</ds:Signature>", "<ds:Object>"+genuine+"</ds:Object></ds:Signature>", 1),
		"a comment within a value":           strings.Replace(genuine, "resultmajor:Success", "resultmajor:Suc<!-- -->cess", 1),
		"a DTD":                              `<!DOCTYPE x [<!ENTITY y "z">]>` + genuine,
		"another element as the root":        strings.ReplaceAll(genuine, "dss:SignResponse", "dss:Response"),
		"another certificate with it":        strings.Replace(genuine, part(signature, "<ds:X509Certificate>", "</ds:X509Certificate>"), "<ds:X509Certificate>AAAA</ds:X509Certificate>", 1),
		"no certificate with it":             strings.Replace(genuine, part(signature, "<ds:KeyInfo>", "</ds:KeyInfo>"), "", 1),
		"the signed reference to an element": strings.Replace(genuine, `URI=""`, `URI="#x"`, 1),
	} {
		if forged == genuine || forged == refusal {
			t.Fatalf("%s: nothing was forged", name)
		}
		v := url.Values{"Binding": posted["Binding"], "RelayState": posted["RelayState"], "EidSignResponse": {base64.StdEncoding.EncodeToString([]byte(forged))}}
		if s := answer(t, w.client, o, v); s.State != eid.Failed || s.Message != eid.EvidenceRejected || !strings.HasPrefix(s.Hint, "evidence-") {
			t.Errorf("%s: %s %s %s", name, s.State, s.Hint, s.Message)
		}
	}
	if s := answer(t, w.client, o, posted); s.State != eid.Complete {
		t.Fatalf("the genuine one afterwards: %s %s", s.State, s.Hint)
	}
}

func decode(t *testing.T, posted url.Values) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(posted.Get("EidSignResponse"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// What went wrong stands in the hint, for the log, without the code's digits, which could be somebody's.
func TestHints(t *testing.T) {
	w := newWorld(t, nil)
	for act, want := range map[signservicesim.Action]string{
		signservicesim.UserCancel: "status-user-cancel", signservicesim.ResponderError: "status-ResponderError", signservicesim.WrongPerson: "evidence-wrong-person",
		signservicesim.OldResponse: "evidence-wrong-time", signservicesim.OldLogin: "evidence-wrong-time", signservicesim.ForeignCA: "evidence-chain",
		signservicesim.AlteredSignature: "evidence-signature-value", signservicesim.WrongDocument: "evidence-signature-digest",
		signservicesim.OtherProvider: "evidence-wrong-issuer", signservicesim.NoAssertion: "evidence-structure", signservicesim.Unsigned: "evidence-structure",
		signservicesim.OtherKey: "evidence-signature-value", signservicesim.LowLevel: "evidence-wrong-use", signservicesim.OtherContext: "evidence-certificate-subject",
	} {
		o := start(t, w.client, eidtest.VisitedRequest(eid.Sign, anna, someRelay))
		if s := answer(t, w.client, o, w.visit(t, o, anna, eidtest.Act(act))); s.Hint != want {
			t.Errorf("%s: %q, want %q", act, s.Hint, want)
		}
	}
	o := start(t, w.client, eidtest.VisitedRequest(eid.Sign, anna, someRelay))
	first := w.visit(t, o, anna, eidtest.Approve)
	if s := answer(t, w.client, o, first); s.State != eid.Complete {
		t.Fatal(s.Hint)
	}
	o = start(t, w.client, eidtest.VisitedRequest(eid.Sign, anna, someRelay))
	if s := answer(t, w.client, o, w.visit(t, o, anna, eidtest.Act(signservicesim.Replayed))); s.Hint != "evidence-changed" {
		t.Errorf("replayed: %q", s.Hint)
	}
}

// Requests may be signed with an elliptic key too, which goxmldsig alone would not write as XMLDSig has it.
func TestRequestSignedWithECDSA(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "requester"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w := newWorld(t, func(c *signservice.Config) {
		for _, f := range []struct {
			into *string
			name string
			b    *pem.Block
		}{{&c.Certificate, "c.pem", &pem.Block{Type: "CERTIFICATE", Bytes: der}}, {&c.Key, "k.pem", &pem.Block{Type: "PRIVATE KEY", Bytes: private}}} {
			*f.into = filepath.Join(dir, f.name)
			if err := os.WriteFile(*f.into, pem.EncodeToMemory(f.b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	})
	o := start(t, w.client, eidtest.VisitedRequest(eid.Sign, anna, someRelay))
	raw, err := base64.StdEncoding.DecodeString(fields(o).Get("EidSignRequest"))
	if err != nil {
		t.Fatal(err)
	}
	xmlsec(t, raw, "--pubkey-cert-pem", w.cfg.Certificate)
}
