package tst_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"samtjanst/platform/signing/seal/cms"
	"samtjanst/platform/signing/seal/sealtest"
	"samtjanst/platform/signing/seal/tst"
)

const opensslConfig = `[tsa]
default_tsa = t
[t]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = chain.pem
signer_key = key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ordering = yes
ess_cert_id_chain = no
ess_cert_id_alg = ESS
`

// TestOpenSSLsTokens: another authority's tokens are taken, by signing-certificate old and new, and kept in the one
// encoding, in which any changed byte is found.
func TestOpenSSLsTokens(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is missing")
		}
		t.Log("not checked with openssl, which is missing")
		return
	}
	a, err := sealtest.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	m, err := a.Stamps("OpenSSL", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := sealtest.EncodePEM(m)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("en underskrift"))
	query, err := (&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Certificates: true}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for _, ess := range []string{"sha1", "sha256", "sha512"} {
		t.Run(ess, func(t *testing.T) {
			dir := t.TempDir()
			for name, b := range map[string][]byte{"tsa.pem": cert, "chain.pem": cert, "key.pem": key, "q.tsq": query, "serial": []byte("01\n"),
				"tsa.cnf": bytes.Replace([]byte(opensslConfig), []byte("ESS"), []byte(ess), 1)} {
				if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(openssl, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-token_out", "-out", "token.der")
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			raw, err := os.ReadFile(filepath.Join(dir, "token.der"))
			if err != nil {
				t.Fatal(err)
			}
			stamp, kept, err := tst.Accept(raw, digest[:], a.Roots())
			if err != nil {
				t.Fatal(err)
			}
			if stamp.Authority != "OpenSSL" || stamp.Accuracy != 1500*time.Millisecond || !stamp.Policy.Equal(asn1.ObjectIdentifier{1, 2, 3, 4, 1}) ||
				time.Since(stamp.Time).Abs() > time.Minute {
				t.Errorf("%+v", stamp)
			}
			again, err := tst.Verify(kept, digest[:], a.Roots())
			if err != nil || !again.Time.Equal(stamp.Time) {
				t.Errorf("%+v, %v", again, err)
			}
			if _, err := tst.Verify(raw, digest[:], a.Roots()); !errors.Is(err, cms.ErrEncoding) && !errors.Is(err, cms.ErrChain) {
				t.Errorf("a token as it came is not the one encoding: %v", err)
			}
			random := rand.New(rand.NewPCG(1, 1))
			for range 1000 {
				i := random.IntN(len(kept))
				was := kept[i]
				kept[i] ^= byte(1 + random.IntN(255))
				if _, err := tst.Verify(kept, digest[:], a.Roots()); err == nil {
					t.Errorf("byte %d from %x to %x is not found", i, was, kept[i])
				}
				kept[i] = was
			}
		})
	}
}
