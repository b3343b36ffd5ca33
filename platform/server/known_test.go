package server

import (
	"crypto/x509"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	"samtjanst/platform/signing/evidence/evidencetest"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
	"samtjanst/platform/store/sqlitestore"
)

// A provider exchanges its certificate: what was signed with the old one holds as before, also after a restart and when the provider has left
// the configuration; with the stolen old key nothing can be signed now.
func TestCertificatesOfTheirTime(t *testing.T) {
	const entityID = "https://idp.example.com"
	begin := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	ck := clock.NewManual(begin)
	dir := t.TempDir()
	book := func() (known, *sqlitestore.Store) {
		db, err := sqlitestore.Open(filepath.Join(dir, "samtjanst.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() }) // closed by the test before it ends
		keys, err := sealed.OpenKeyring(filepath.Join(dir, "master.json"), db)
		if err != nil {
			t.Fatal(err)
		}
		box, err := keys.Scope(t.Context(), "platform")
		if err != nil {
			t.Fatal(err)
		}
		return known{db, box, ck}, db
	}
	provider := func() *evidencetest.IdentityProvider {
		p, err := evidencetest.NewIdentityProvider(entityID, begin.AddDate(-1, 0, 0))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	signed := func(p *evidencetest.IdentityProvider) evidence.SAMLInput {
		text := []byte("Ansökan om skolskjuts")
		raw, err := p.Assertion(evidencetest.Said{ID: "_a1", Audience: "https://ekkoping.example.se", Recipient: "https://ekkoping.example.se/acs", InResponseTo: "_r1",
			Context: "http://id.elegnamnden.se/loa/1.0/loa3", At: ck.Now(), Number: idno.Must("199001012385"), GivenName: "Anna", Surname: "Testsson", Message: text}, evidencetest.SAMLEdit{})
		if err != nil {
			t.Fatal(err)
		}
		return evidence.SAMLInput{SAMLReceived: evidence.SAMLReceived{Assertion: raw, At: ck.Now()}, Use: evidence.Signing, Number: idno.Must("199001012385"), Text: text}
	}
	k, db := book()
	verify := func(in evidence.SAMLInput) error {
		t.Helper()
		var err error
		if in.Issuers, err = k.issuers(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = evidence.VerifySAML(in)
		return err
	}
	remember := func(p *evidencetest.IdentityProvider) {
		t.Helper()
		if err := k.remember(t.Context(), evidence.SAMLIssuer{EntityID: entityID, Certificates: []*x509.Certificate{p.Certificate()}}); err != nil {
			t.Fatal(err)
		}
	}

	former, present := provider(), provider()
	if err := verify(signed(former)); evidence.CodeOf(err) == "" {
		t.Fatalf("a provider that nobody knows: %v", err)
	}
	remember(former)
	first := signed(former)
	ck.Advance(30 * 24 * time.Hour)
	remember(former)
	last := signed(former)
	ck.Advance(10 * time.Minute) // less than its time is written by
	remember(former)
	atTheEnd := signed(former)
	ck.Advance(3 * time.Hour)
	remember(present)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ck.Advance(5 * 365 * 24 * time.Hour)
	k, db = book()
	for name, in := range map[string]evidence.SAMLInput{"its first": first, "its last": last, "at the end": atTheEnd} {
		if err := verify(in); err != nil {
			t.Errorf("signed with the former certificate, %s: %v", name, err)
		}
	}
	if err := verify(signed(former)); evidence.CodeOf(err) != evidence.WrongIssuer {
		t.Errorf("signed with the former certificate today: %v", err)
	}
	remember(present)
	if err := verify(signed(present)); err != nil {
		t.Errorf("signed with the present certificate: %v", err)
	}
	// Whoever writes in the database cannot move a certificate's time, nor give one to another provider.
	recs, err := db.ListRecords(t.Context(), ck.Now(), knownCollection, "", "", 10)
	if err != nil || len(recs) != 2 {
		t.Fatal(len(recs), err)
	}
	forged := store.Record{Collection: knownCollection, Key: recs[0].Key, Rev: recs[0].Rev + 1, Body: recs[1].Body}
	if err := db.PutRecord(t.Context(), ck.Now(), forged); err != nil {
		t.Fatal(err)
	}
	if _, err := k.issuers(t.Context()); !errors.Is(err, fault.Internal) {
		t.Errorf("a record in another's place: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
