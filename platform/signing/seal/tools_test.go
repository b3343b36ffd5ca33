package seal_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/sealtest"
	"samtjanst/renderer/pdf"
	"samtjanst/renderer/pdf/pdftest"
)

// tool runs a program that reads the file as readers in the world do. Without it a test in CI fails; elsewhere it says what
// it did not check, and ok is false.
func tool(t *testing.T, name string, args ...string) (out string, ok bool) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing: apt-get install poppler-utils qpdf openssl", name)
		}
		t.Logf("not checked with %s, which is missing", name)
		return "", false
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	combined, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, combined)
	}
	return string(combined), true
}

func written(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func contains(t *testing.T, out string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestViewersAcceptTheSeal has poppler (with NSS) judge it, which trusts nobody by itself.
func TestViewersAcceptTheSeal(t *testing.T) {
	for name, stamps := range map[string]seal.Timestamper{"basic": nil, "with a timestamp": authority()} {
		t.Run(name, func(t *testing.T) {
			file := written(t, "sealed.pdf", sealed(t, stamps))
			if out, ok := tool(t, "pdfsig", file); ok {
				contains(t, out, "Signature is Valid.", "Total document signed", "ETSI.CAdES.detached", "Signing Hash Algorithm: SHA-256", "Signer Certificate Common Name: Ekköpings kommun, e-stämpel")
			}
			if out, ok := tool(t, "qpdf", "--check", file); ok {
				contains(t, out, "No syntax or stream encoding errors found")
			}
		})
	}
}

// TestOpenSSLAcceptsTheSignature verifies the signature with its chain, and the timestamp, apart from the file.
func TestOpenSSLAcceptsTheSignature(t *testing.T) {
	file := sealed(t, authority())
	from := bytes.LastIndex(file, []byte("/Contents <")) + len("/Contents ")
	to := from + bytes.IndexByte(file[from:], '>') + 1
	raw := make([]byte, (to-from-2)/2)
	if _, err := hex.Decode(raw, file[from+1:to-1]); err != nil {
		t.Fatal(err)
	}
	signature := written(t, "signature.der", raw[:signatureBytes(file[from+1:])])
	content := written(t, "content", append(bytes.Clone(file[:from]), file[to:]...))
	root := written(t, "root.pem", certificates().authority.RootPEM())
	out, ok := tool(t, "openssl", "cms", "-verify", "-inform", "DER", "-in", signature, "-content", content, "-binary", "-CAfile", root,
		"-purpose", "any", "-attime", "1780401900", "-cades", "-out", os.DevNull)
	if ok {
		contains(t, out, "CAdES Verification successful")
	}
}

// TestStaysTaggedAndArchivable: what was true of the document is true of the sealed one.
func TestStaysTaggedAndArchivable(t *testing.T) {
	file := sealed(t, nil)
	pdftest.Archivable(t, file)
	path := written(t, "sealed.pdf", file)
	if out, ok := tool(t, "pdfinfo", path); ok {
		contains(t, out, "Title:           Ansökan om skolskjuts\n", "Tagged:          yes\n", "Pages:           3\n", "Form:            AcroForm\n", "Suspects:        no\n")
	}
	if out, ok := tool(t, "pdfinfo", "-meta", path); ok {
		contains(t, out, "<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>")
	}
	if out, ok := tool(t, "pdfinfo", "-struct", path); ok {
		contains(t, out, "H1 (block)", "H2 (block)", "THead", "TH:\n", "TD\n", "LBody (block)")
		if !regexp.MustCompile(`Form\s+Object`).MatchString(out) {
			t.Errorf("the seal is not in the structure:\n%s", out)
		}
		if before, ok := tool(t, "pdfinfo", "-struct", written(t, "before.pdf", document())); ok && !strings.HasPrefix(out, strings.TrimRight(before, "\n")) {
			t.Error("the structure of the document is another after sealing")
		}
	}
	got, err := pdf.Extract(file)
	if err != nil || len(got) != 1 || string(got[0].Bytes) != `{"elev":"Alva"}` || got[0].Relationship != pdf.Source {
		t.Errorf("%v, %v", got, err)
	}
}

// TestConfig reads the municipality's certificate as an operator has it: PEM in one file or two, or PKCS#12.
func TestConfig(t *testing.T) {
	cert, key, err := sealtest.EncodePEM(certificates().seal)
	if err != nil {
		t.Fatal(err)
	}
	roots := written(t, "roots.pem", certificates().authority.RootPEM())
	certFile, keyFile := written(t, "seal.pem", cert), written(t, "seal-key.pem", key)
	password := written(t, "password", []byte("hemligt\n"))
	both := written(t, "both.pem", append(bytes.Clone(cert), key...))
	p12 := written(t, "seal.p12", pkcs12File(t, certificates().seal, "hemligt"))
	for _, c := range []seal.Config{
		{Certificate: certFile, Key: keyFile, Roots: roots}, {Certificate: both, Roots: roots}, {Certificate: p12, PasswordFile: password, Roots: roots},
	} {
		m, pool, err := c.Load()
		if err != nil {
			t.Fatal(err)
		}
		file := sealedWith(t, m)
		if _, err := seal.Verify(file, seal.Trust{Roots: pool}); err != nil {
			t.Error(err)
		}
	}
	other := written(t, "wrong", []byte("annat"))
	alone := cert[:bytes.Index(cert, []byte("-----END CERTIFICATE-----"))+len("-----END CERTIFICATE-----\n")]
	for want, c := range map[string]seal.Config{
		"certificate: must name a file":            {Roots: roots},
		"roots: must name a file":                  {Certificate: both},
		"passwordFile: must name the file":         {Certificate: p12, Roots: roots},
		"passwordFile: is for a PKCS#12 file":      {Certificate: both, PasswordFile: password, Roots: roots},
		"key: is in the PKCS#12 file already":      {Certificate: p12, Key: keyFile, PasswordFile: password, Roots: roots},
		"certificate: open":                        {Certificate: "/nowhere/seal.pem", Roots: roots},
		"key: open":                                {Certificate: certFile, Key: "/nowhere/key.pem", Roots: roots},
		"passwordFile: open":                       {Certificate: p12, PasswordFile: "/nowhere/password", Roots: roots},
		"roots: open":                              {Certificate: both, Roots: "/nowhere/roots.pem"},
		"certificate: it does not lead":            {Certificate: written(t, "alone.pem", alone), Key: keyFile, Roots: roots},
		"roots: no certificate found":              {Certificate: both, Roots: other},
		"certificate: seal.ParsePKCS12: invalid":   {Certificate: p12, PasswordFile: other, Roots: roots},
		"certificate: seal.ParsePEM: invalid: tls": {Certificate: roots, Key: keyFile, Roots: roots},
	} {
		if _, _, err := c.Load(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
