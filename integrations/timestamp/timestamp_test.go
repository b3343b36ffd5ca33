package timestamp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/timestamp"
	"samtjanst/integrations/timestamp/timestamptest"
	"samtjanst/integrations/timestamp/tsasim"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/signing/seal"
	"samtjanst/platform/signing/seal/sealtest"
	"samtjanst/renderer/pdf"
)

// keptDir holds the simulator's certificates for all tests: keys take long to make.
var keptDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tsasim")
	if err != nil {
		panic(err)
	}
	keptDir = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

var start = time.Date(2026, 6, 2, 12, 5, 0, 0, time.UTC)

func rig(t *testing.T, handler func(http.Handler) http.Handler, edit func(*timestamp.Config)) (timestamptest.Rig, *tsasim.Sim) {
	t.Helper()
	now := clock.NewManual(start)
	sim, err := tsasim.New(tsasim.Options{Dir: keptDir, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	roots, err := sim.RootsFile()
	if err != nil {
		t.Fatal(err)
	}
	api := sim.API()
	if handler != nil {
		api = handler(api)
	}
	srv := httptest.NewUnstartedServer(api)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	cfg := timestamp.Config{URL: srv.URL + tsasim.QueryPath, Roots: roots, TimeoutSeconds: 30}
	if edit != nil {
		edit(&cfg)
	}
	c, err := timestamp.New(cfg, now)
	if err != nil {
		t.Fatal(err)
	}
	return timestamptest.Rig{Timestamper: c, Roots: sim.Roots(), Clock: now, Fail: func(f timestamptest.Fault) {
		if err := sim.Fail(f, 1); err != nil {
			t.Fatal(err)
		}
	}}, sim
}

func TestConformance(t *testing.T) {
	timestamptest.Run(t, func(t *testing.T) timestamptest.Rig {
		r, _ := rig(t, nil, nil)
		return r
	})
}

func TestPolicy(t *testing.T) {
	digest := sha256.Sum256(nil)
	own, _ := rig(t, nil, func(c *timestamp.Config) { c.Policy = tsasim.Policy.String() })
	if _, err := own.Timestamper.Timestamp(t.Context(), digest[:]); err != nil {
		t.Error(err)
	}
	other, _ := rig(t, nil, func(c *timestamp.Config) { c.Policy = "1.2.3" })
	if _, err := other.Timestamper.Timestamp(t.Context(), digest[:]); !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "unacceptedPolicy") {
		t.Errorf("%v", err)
	}
}

// TestOddAnswers: what comes in the way between us and the authority.
func TestOddAnswers(t *testing.T) {
	digest := sha256.Sum256(nil)
	for name, h := range map[string]http.HandlerFunc{
		"a page":     func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>Logga in</html>")) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusTemporaryRedirect) },
		"without end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/timestamp-reply")
			for range 300 {
				w.Write(make([]byte, 1024))
			}
		},
		"broken off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/timestamp-reply")
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("x"))
		},
		"no token": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/timestamp-reply")
			w.Write([]byte{0x30, 5, 0x30, 3, 2, 1, 0})
		},
	} {
		r, _ := rig(t, func(http.Handler) http.Handler { return h }, nil)
		if _, err := r.Timestamper.Timestamp(t.Context(), digest[:]); !errors.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPasswordIsSent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("hemligt\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, _ := rig(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, _ := r.BasicAuth(); user != "ekkoping" || password != "hemligt" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}, func(c *timestamp.Config) { c.User, c.PasswordFile = "ekkoping", file })
	digest := sha256.Sum256(nil)
	if _, err := r.Timestamper.Timestamp(t.Context(), digest[:]); err != nil {
		t.Error(err)
	}
}

// TestOpenSSLAcceptsTheToken: what is kept is a token to others too.
func TestOpenSSLAcceptsTheToken(t *testing.T) {
	path, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is missing")
		}
		t.Log("not checked with openssl, which is missing")
		return
	}
	r, sim := rig(t, nil, nil)
	content := []byte("en underskrift")
	digest := sha256.Sum256(content)
	token, err := r.Timestamper.Timestamp(t.Context(), digest[:])
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{"token.der": token, "data": content, "roots.pem": sim.RootPEM()} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(path, "ts", "-verify", "-in", "token.der", "-token_in", "-data", "data", "-CAfile", "roots.pem", "-attime", "1780401900")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("Verification: OK")) {
		t.Errorf("%v: %s", err, out)
	}
}

// TestSealedWithATimestamp is the whole way: the municipality's files, the authority over HTTP, a document, a restart.
func TestSealedWithATimestamp(t *testing.T) {
	r, sim := rig(t, nil, nil)
	cfg, err := sim.SealFiles("ekkoping", sealtest.Organisation{Name: "Ekköpings kommun", Number: "2120009901"})
	if err != nil {
		t.Fatal(err)
	}
	m, roots, err := cfg.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := seal.New(m, r.Clock, r.Timestamper)
	if err != nil {
		t.Fatal(err)
	}
	file, err := pdf.Render(pdf.Doc{Title: "Beslut", Blocks: pdf.FromMarkdown("Nämnden beviljar ansökan.")})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := s.Seal(context.Background(), file, seal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, after := rig(t, nil, nil)
	got, err := seal.Verify(sealed, seal.Trust{Roots: roots, StampRoots: after.Roots(), Timestamped: true, Now: start})
	if err != nil {
		t.Fatal(err)
	}
	if got.Level != seal.TimestampedLevel || got.Sealer.Organisation != "Ekköpings kommun" || !got.Time.Equal(start) {
		t.Errorf("%+v", got)
	}
	if sim.Given() != 1 {
		t.Errorf("%d timestamps for one seal", sim.Given())
	}
}

func TestConfig(t *testing.T) {
	ok := timestamp.Config{URL: "http://tsa.example.se/tsr", Roots: "roots.pem"}
	if err := ok.Validate(); err != nil {
		t.Error(err)
	}
	for want, edit := range map[string]func(*timestamp.Config){
		"url: must be an http":      func(c *timestamp.Config) { c.URL = "ftp://tsa.example.se" },
		"url: must be https when":   func(c *timestamp.Config) { c.User, c.PasswordFile = "a", "b" },
		"roots: must name":          func(c *timestamp.Config) { c.Roots = "" },
		"policy: must be":           func(c *timestamp.Config) { c.Policy = "1.x" },
		"passwordFile: goes with":   func(c *timestamp.Config) { c.PasswordFile = "b" },
		"timeoutSeconds: must be 1": func(c *timestamp.Config) { c.TimeoutSeconds = 121 },
	} {
		c := ok
		edit(&c)
		if err := c.Validate(); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := timestamp.New(ok, clock.System{}); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "roots: open") {
		t.Errorf("%v", err)
	}
}
