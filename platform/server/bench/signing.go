package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"
	"time"

	"samtjanst/integrations/timestamp"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing/evidence"
	et "samtjanst/platform/signing/evidence/evidencetest"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/pdffile"
	"samtjanst/renderer/pdf"
)

// signingTable is what signing by several parties is to keep to, beside what it does: issue 4.
type signingTable struct{ rows [][]string }

func (t *signingTable) row(what, measured, aim string, kept bool, compared string) {
	v := ""
	if aim != "" {
		v = verdict(kept)
	}
	t.rows = append(t.rows, []string{what, measured, aim, v, compared})
}

func (t *signingTable) write(w io.Writer) {
	fmt.Fprint(w, "\nSigning. Pending orders are measured by the processor time of the platform's process, signatures by that of one core at work.\n\n")
	columns(w, append([][]string{{"what", "measured", "aim", "aim", "compared"}}, t.rows...))
}

// signatures makes the evidence of one signature in each format, and what verifies it as it is verified where it is stored.
func signatures() (map[evidence.Format]func() error, error) {
	now := time.Now().UTC().Truncate(time.Second)
	number, text, hidden := idno.Must("199001012385"), []byte(strings.Repeat("Ansökan om skolskjuts. ", 90)), []byte(`{"manifest":"sha256-…"}`)
	out := map[evidence.Format]func() error{}
	for format, make := range map[evidence.Format]func() (func() error, error){
		evidence.BankID: func() (func() error, error) {
			bank, err := et.NewAuthority(now.AddDate(-1, 0, 0))
			if err != nil {
				return nil, err
			}
			card, err := bank.Issue(et.Subject{Number: number, GivenName: "Anna", Surname: "Testsson"}, now.AddDate(0, -1, 0))
			if err != nil {
				return nil, err
			}
			xml, err := card.SignEdited(et.Content{Text: text, Hidden: hidden, Service: "Ekköpings kommun"}, et.Edit{})
			if err != nil {
				return nil, err
			}
			answer, err := card.OCSP(xml, now, et.Answer{})
			if err != nil {
				return nil, err
			}
			roots, err := evidence.ParseRoots(bank.RootPEM())
			in := evidence.Input{Received: evidence.Received{XML: xml, OCSP: answer, Roots: roots, At: now.Add(20 * time.Second)},
				Use: evidence.Signing, Number: number, Text: text, Hidden: hidden}
			return func() error { _, err := evidence.VerifyBankID(in); return err }, err
		},
		evidence.Freja: func() (func() error, error) {
			freja, err := et.NewFreja(now.AddDate(-1, 0, 0))
			if err != nil {
				return nil, err
			}
			const ref = "zWrxATCUAJ_QvlqXzYdNIJF8OUo0-i07JYBuqqGAgUGOcPVogKKtJ5ZDiCUc95aN"
			jws, err := freja.Sign(et.FrejaResult{Ref: ref, Number: number, GivenName: "Anna", Surname: "Testsson", Asked: true, Level: "PLUS", Text: text, Hidden: hidden, At: now})
			if err != nil {
				return nil, err
			}
			signers, err := evidence.ParseFrejaSigners(freja.CertificatePEM())
			in := evidence.FrejaInput{FrejaReceived: evidence.FrejaReceived{JWS: []byte(jws), Signers: signers, At: now},
				Use: evidence.Signing, Ref: ref, Number: number, Level: 3, Text: text, Hidden: hidden}
			return func() error { _, err := evidence.VerifyFreja(in); return err }, err
		},
		evidence.SAML: func() (func() error, error) {
			idp, err := et.NewIdentityProvider("https://idp.example.com", now)
			if err != nil {
				return nil, err
			}
			const us = "https://ekkoping.example.se/saml"
			assertion, err := idp.Assertion(et.Said{ID: "_a1", Audience: us, Recipient: us + "/acs", InResponseTo: "_r1", Context: "http://id.elegnamnden.se/loa/1.0/loa3",
				At: now, Number: number, GivenName: "Anna", Surname: "Testsson", Message: evidence.SAMLMessage(text, hidden)}, et.SAMLEdit{})
			in := evidence.SAMLInput{SAMLReceived: evidence.SAMLReceived{Assertion: assertion, Audience: us, At: now.Add(time.Minute),
				Issuers: []evidence.SAMLIssuer{{EntityID: idp.EntityID, Certificates: []*x509.Certificate{idp.Certificate()}}}},
				Use: evidence.Signing, Number: number, Text: text, Hidden: hidden}
			return func() error { _, err := evidence.VerifySAML(in); return err }, err
		},
		evidence.Service: func() (func() error, error) {
			xml, roots, err := serviceSigned(number, text, hidden, now)
			in := evidence.Input{Received: evidence.Received{XML: xml, Roots: roots, At: now.Add(20 * time.Second)},
				Use: evidence.Signing, Number: number, Text: text, Markdown: true, Hidden: hidden}
			return func() error { _, err := evidence.VerifyService(in); return err }, err
		},
	} {
		verify, err := make()
		if err == nil {
			err = verify()
		}
		if err != nil {
			return nil, fmt.Errorf("a signature of the format %s: %w", format, err)
		}
		out[format] = verify
	}
	return out, nil
}

// serviceSigned is a document that a signing service has signed.
func serviceSigned(number idno.Number, text, hidden []byte, now time.Time) ([]byte, evidence.Roots, error) {
	authority, err := et.NewServiceAuthority(now.AddDate(-1, 0, 0))
	if err != nil {
		return nil, evidence.Roots{}, err
	}
	signer, err := authority.Issue(et.ServiceSubject{Number: number, GivenName: "Anna", Surname: "Testsson", Context: et.ServiceContext{
		IdentityProvider: "https://idp.example.se/", Class: "http://id.elegnamnden.se/loa/1.0/loa3", Assertion: "_a1", Transaction: "t1",
		Instant: now.Add(-30 * time.Second)}}, now.Add(-time.Second))
	if err != nil {
		return nil, evidence.Roots{}, err
	}
	d := evidence.ServiceDocument{Reference: "Relay00000000000000AAAF3JQ", Text: text, Markdown: true, Hidden: hidden}
	info, err := d.SignedInfo("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")
	if err != nil {
		return nil, evidence.Roots{}, err
	}
	signed, err := signer.Sign(et.ServiceTask{ToBeSigned: info, SignatureID: d.SignatureID()}, now, et.ServiceEdit{})
	if err != nil {
		return nil, evidence.Roots{}, err
	}
	xml, err := d.Finish(evidence.ServiceResult{SignedInfo: signed.ToBeSigned, Object: signed.Object, Value: signed.Value, Certificates: signed.Certificates})
	if err != nil {
		return nil, evidence.Roots{}, err
	}
	roots, err := evidence.ParseRoots(authority.RootPEM())
	return xml, roots, err
}

// perCore says how many times a second one core does a thing: by the processor time it takes, so that what else the machine does is not
// in it.
func perCore(d time.Duration, do func() error) (float64, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	runtime.GC()
	n, from, began := 0, used(), time.Now()
	for ; time.Since(began) < d; n++ {
		if err := do(); err != nil {
			return 0, err
		}
	}
	return float64(n) / (used() - from).Seconds(), nil
}

// used is the processor time of this process.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // only for an address that is none
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// verified is how fast signatures are verified, each with every check, on one core.
func (b *bench) verified() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("bench"))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	if err != nil {
		return err
	}
	base, err := perCore(b.duration/6, func() error { return rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature) })
	if err != nil {
		return err
	}
	all, err := signatures()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		format evidence.Format
		name   string
		aim    string
	}{{evidence.BankID, "BankID, with chain and OCSP", "> 500"}, {evidence.Freja, "Freja, JWS", ""}, {evidence.SAML, "identity provider, assertion", ""},
		{evidence.Service, "signing service, XAdES", ""}} {
		rate, err := perCore(b.duration/2, all[f.format])
		if err != nil {
			return err
		}
		b.kept.row("signatures verified, "+f.name, count(rate)+" a second", f.aim, rate > 500, fmt.Sprintf("%.1f × a bare RSA-2048 verification", base/rate))
	}
	return nil
}

// sealed is a document of three pages, set and sealed with the municipality's certificate.
func (b *bench) sealed(ctx context.Context) error {
	material, _, err := b.sims.Endpoints.Seals["ekkoping"].Load()
	if err != nil {
		return err
	}
	authority, err := timestamp.New(b.sims.Endpoints.Timestamp, clock.System{})
	if err != nil {
		return err
	}
	plain, err := pdf.Render(threePages())
	if err != nil {
		return err
	}
	if n, err := pages(plain); err != nil || n != 3 {
		return fmt.Errorf("the document has %d pages: %w", n, err)
	}
	digest := sha256.Sum256(plain)
	base, err := once("a bare signature", b.duration/6, func() error {
		_, err := material.Key.Sign(rand.Reader, digest[:], crypto.SHA256)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range []struct {
		what   string
		stamps seal.Timestamper
		set    bool
		aim    time.Duration
	}{{"three pages sealed", nil, false, 0}, {"three pages set and sealed", nil, true, 100 * time.Millisecond},
		{"three pages set, sealed and stamped", authority, true, 100 * time.Millisecond}} {
		s, err := seal.New(material, clock.System{}, c.stamps)
		if err != nil {
			return err
		}
		f, err := once(c.what, b.duration/3, func() error {
			raw := plain
			if c.set {
				var err error
				if raw, err = pdf.Render(threePages()); err != nil {
					return err
				}
			}
			_, err := s.Seal(ctx, raw, seal.Options{Reason: "Beslutet är fattat", Location: "Ekköping", Description: "Elektroniskt stämplad av Ekköpings kommun"})
			return err
		})
		if err != nil {
			return err
		}
		aim := ""
		if c.aim > 0 {
			aim = "< " + millis(c.aim) + " ms"
		}
		b.kept.row(c.what, fine(f.at(0.5))+" ms", aim, f.at(0.5) < c.aim,
			fmt.Sprintf("p95 %s ms; %.1f × a bare RSA-3072 signature, %s ms", fine(f.at(0.95)), float64(f.at(0.5))/float64(base.at(0.5)), fine(base.at(0.5))))
	}
	return nil
}

// threePages is a case with its answers, journeys and signatures.
func threePages() pdf.Doc {
	var rows [][]pdf.Inline
	for i := range 26 {
		rows = append(rows, []pdf.Inline{pdf.Text(fmt.Sprintf("2026-08-%02d", i%28+1)), pdf.Text("Resa till Åbyskolan från Ängsvägen"), pdf.Text("07.35")})
	}
	answers := pdf.KeyValue{{Key: pdf.Text("Elev"), Value: pdf.Text("Alva Testsson, årskurs 5")},
		{Key: pdf.Text("Varför behöver eleven skolskjuts?"), Value: pdf.Text(strings.Repeat("Avståndet till skolan är långt och vägen är farlig. ", 8))}}
	return pdf.Doc{Title: "Ansökan om skolskjuts", Author: "Ekköpings kommun", Reference: "SKJ 2026-0117", Created: time.Now(), Theme: pdf.Theme{Colour: "#0b5c4a"},
		Blocks: append(pdf.FromMarkdown("## Sammanfattning\n\n"+strings.Repeat("Eleven bor växelvis hos sina vårdnadshavare, och båda hemmen ligger i kommunen. ", 12)),
			pdf.Heading{Level: 2, Text: pdf.Text("Uppgifter")}, answers, answers, answers,
			pdf.Heading{Level: 2, Text: pdf.Text("Resor")},
			pdf.Table{Columns: []pdf.Column{{Header: pdf.Text("Dag")}, {Header: pdf.Text("Resa")}, {Header: pdf.Text("Tid")}}, Rows: rows},
			pdf.Heading{Level: 2, Text: pdf.Text("Underskrifter")},
			pdf.SignatureList{{Name: "Maja Testsson", Role: "Vårdnadshavare", State: "Har skrivit under med e-legitimation", Detail: "2026-05-28 kl. 19.42"}})}
}

// pages counts a document's pages.
func pages(raw []byte) (int, error) {
	f, err := pdffile.Open(bytes.Clone(raw), 0)
	if err != nil {
		return 0, err
	}
	root, err := f.Dict(f.Trailer(), "Root")
	if err != nil {
		return 0, err
	}
	tree, err := f.Dict(root, "Pages")
	if err != nil {
		return 0, err
	}
	n, ok := tree["Count"].(float64)
	if !ok {
		return 0, errors.New("no count of pages")
	}
	return int(n), nil
}
