package saml_test

import (
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/beevik/etree"

	"samtjanst/integrations/eid"
	"samtjanst/integrations/eid/eidtest"
	"samtjanst/platform/signing/evidence"
)

// xmlsec runs xmlsec1, an implementation that shares nothing with ours. Without it a test in CI fails; elsewhere it says what it did
// not check, and ok is false.
func xmlsec(t *testing.T, args ...string) (out string, ok bool) {
	t.Helper()
	path, err := exec.LookPath("xmlsec1")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("xmlsec1 is missing: apt-get install xmlsec1")
		}
		t.Log("not checked with xmlsec1, which is missing: apt-get install xmlsec1")
		return "", false
	}
	b, err := exec.Command(path, args...).Output()
	if err != nil {
		t.Fatalf("xmlsec1 %s: %v", args[0], err)
	}
	return string(b), true
}

// What we send is understood by others: the request's signature, the message encrypted to the provider, our metadata. What we keep
// as evidence is, too. And the simulator's metadata are signed by ECDSA as others read it.
func TestOthersAgree(t *testing.T) {
	w := newWorld(t, nil)
	r := eidtest.VisitedRequest(eid.Sign, anna, "Relay0000000000000000A")
	o := w.start(t, r)
	f := w.sim.Files()
	request := decoded(t, o.Visit.Fields[0].Value)
	const protocol, metadata, assertion = "urn:oasis:names:tc:SAML:2.0:protocol:", "urn:oasis:names:tc:SAML:2.0:metadata:", "urn:oasis:names:tc:SAML:2.0:assertion:"
	if _, ok := xmlsec(t, "--verify", "--pubkey-cert-pem", f.Certificate, "--id-attr:ID", protocol+"AuthnRequest", write(t, "request.xml", []byte(request))); !ok {
		return
	}

	tree := etree.NewDocument()
	if err := tree.ReadFromString(request); err != nil {
		t.Fatal(err)
	}
	hidden := etree.NewDocument()
	hidden.SetRoot(tree.FindElement("//EncryptedMessage/EncryptedData").Copy())
	b, err := hidden.WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	provider := strings.TrimSuffix(f.Certificate, "service.pem") + "idp-key.pem"
	plain, _ := xmlsec(t, "--decrypt", "--privkey-pem", provider, write(t, "message.xml", b))
	if !strings.Contains(plain, base64.StdEncoding.EncodeToString(evidence.SAMLMessage([]byte(r.Text), r.Hidden))) {
		t.Error("xmlsec1 decrypts another message")
	}

	own, err := w.client.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	xmlsec(t, "--verify", "--pubkey-cert-pem", f.Certificate, "--id-attr:ID", metadata+"EntityDescriptor", write(t, "own.xml", own))
	theirs, err := w.sim.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	xmlsec(t, "--verify", "--pubkey-cert-pem", f.MetadataCertificate, "--id-attr:ID", metadata+"EntitiesDescriptor", write(t, "federation.xml", theirs))

	s, err := w.client.Answer(context.Background(), o.Ref, w.answer(t, o, anna, eidtest.Approve))
	if err != nil || s.State != eid.Complete {
		t.Fatalf("%s %q %v", s.State, s.Hint, err)
	}
	xmlsec(t, "--verify", "--pubkey-cert-pem", write(t, "idp.pem", pemOf(w.sim.ProviderCertificate())), "--id-attr:ID", assertion+"Assertion",
		write(t, "evidence.xml", s.Done.Signature))
}
