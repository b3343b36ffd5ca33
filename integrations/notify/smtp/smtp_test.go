package smtp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/notify"
	"samtjanst/integrations/notify/mailsim"
	"samtjanst/integrations/notify/notifytest"
	"samtjanst/integrations/notify/smtp"
	"samtjanst/integrations/sim/pki"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

// rig is a mailer with a server behind it, over STARTTLS and with a password.
func rig(t *testing.T, spoil ...func(*smtp.Config)) (*smtp.Mailer, *mailsim.Sim) {
	t.Helper()
	ca, err := pki.Open("")
	must(t, err)
	cert, err := ca.Server()
	must(t, err)
	roots := filepath.Join(t.TempDir(), "root.pem")
	must(t, os.WriteFile(roots, ca.RootPEM(), 0o600))
	sim, err := mailsim.New(mailsim.Options{Clock: clock.System{}, Username: "samtjanst", Password: "hemligt",
		TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go sim.Serve(l)
	t.Cleanup(func() { must(t, sim.Close()) })
	c := smtp.Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, RootsFile: roots, Username: "samtjanst", Password: "hemligt",
		From: "noreply@example.se", Timeout: 3 * time.Second}
	for _, f := range spoil {
		f(&c)
	}
	m, err := smtp.New(c)
	must(t, err)
	return m, sim
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestConformance(t *testing.T) {
	notifytest.RunMailer(t, func(t *testing.T) notifytest.Mail {
		m, sim := rig(t)
		return notifytest.Mail{
			Mailer: m,
			Outage: func(o notifytest.Outage) {
				must(t, sim.Fail(map[notifytest.Outage]mailsim.Fault{notifytest.Down: mailsim.Down, notifytest.Later: mailsim.Later,
					notifytest.Rejected: mailsim.Reject, notifytest.Account: mailsim.RefuseSender, notifytest.LoseAnswer: mailsim.LoseAnswer}[o], 1))
			},
			Inbox: func(to string) []notifytest.Got {
				var out []notifytest.Got
				for _, m := range sim.Messages(to) {
					out = append(out, notifytest.Got{ID: m.ID, To: m.To, From: m.From, Subject: m.Subject, Text: m.Body, Copies: m.Copies})
				}
				return out
			},
		}
	})
}

var letter = notify.Mail{ID: "eff-1", To: "anna.testsson@example.se", FromName: "Ekköpings kommun", Subject: "Hej", Body: "Hej\n"}

func TestARefusedTextIsForGood(t *testing.T) {
	m, sim := rig(t)
	must(t, sim.Fail(mailsim.RejectText, 1))
	if err := m.Mail(context.Background(), letter); !errors.Is(err, fault.Invalid) {
		t.Errorf("%v, want invalid", err)
	}
}

func TestNothingIsSentWithoutTheRightServer(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*smtp.Config)
		why   string // for the operator
	}{
		"another root":   {func(c *smtp.Config) { c.RootsFile = "" }, "certificate"},
		"wrong password": {func(c *smtp.Config) { c.Password = "gissning" }, "535"},
		"no password":    {func(c *smtp.Config) { c.Username, c.Password = "", "" }, ""},
		"nobody there":   {func(c *smtp.Config) { c.Port = 1 }, "refused"},
	} {
		m, sim := rig(t, c.spoil)
		err := m.Mail(context.Background(), letter)
		if !errors.Is(err, fault.Unavailable) || len(sim.Messages("")) != 0 || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, want unavailable, %s", name, err, c.why)
		}
		if err != nil && strings.Contains(err.Error(), "gissning") {
			t.Errorf("%s: the error holds the password", name)
		}
	}
}

func TestAServerThatIsSilentIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts in the kernel, says nothing
	must(t, err)
	defer l.Close()
	m, err := smtp.New(smtp.Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: smtp.Plain, From: "noreply@example.se", Timeout: 200 * time.Millisecond})
	must(t, err)
	began := time.Now()
	if err := m.Mail(context.Background(), letter); !errors.Is(err, fault.Unavailable) || time.Since(began) > 2*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

func TestConfigNamesTheWrongKey(t *testing.T) {
	good := smtp.Config{Host: "mail.example.se", Port: 587, From: "noreply@example.se"}
	must(t, good.Validate())
	for key, spoil := range map[string]func(*smtp.Config){
		"host":      func(c *smtp.Config) { c.Host = "" },
		"port":      func(c *smtp.Config) { c.Port = 0 },
		"tls":       func(c *smtp.Config) { c.TLS = "yes" },
		"username":  func(c *smtp.Config) { c.Username = "x" },
		"password":  func(c *smtp.Config) { c.Username, c.Password, c.TLS = "x", "y", smtp.Opportunistic },
		"from":      func(c *smtp.Config) { c.From = "Kommunen <noreply@example.se>" },
		"timeout":   func(c *smtp.Config) { c.Timeout = -1 },
		"rootsFile": func(c *smtp.Config) { c.RootsFile = "missing.pem" },
	} {
		c := good
		spoil(&c)
		if _, err := smtp.New(c); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
