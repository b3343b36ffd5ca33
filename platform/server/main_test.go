package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"samtjanst/examples/demo"
	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/config"
	"samtjanst/platform/identity"
	"samtjanst/platform/server"
	"samtjanst/platform/server/servertest"
)

// This test program is also what is started and killed: as the command `samtjanst`, or as a platform that does one step and waits.
const (
	commandVariable = "SAMTJANST_TEST_COMMAND"
	stepVariable    = "SAMTJANST_TEST_STEP"
)

func TestMain(m *testing.M) {
	if os.Getenv(commandVariable) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(server.Main(ctx, os.Args[1:], os.Stdout, os.Stderr))
	}
	if raw := os.Getenv(stepVariable); raw != "" {
		if err := doStep([]byte(raw)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		select {}
	}
	debug.SetGCPercent(400) // many worlds come and go: memory is there, time is not
	os.Exit(m.Run())
}

// step is what a platform does before it is killed. It prints a line when it has come so far.
type step struct {
	Config config.Config
	Now    time.Time
	Do     string
	Draft  string
	Case   casework.ID
	Rev    int64
	Staff  identity.Actor
}

func doStep(raw []byte) error {
	var s step
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	ctx := context.Background()
	p, err := server.New(ctx, s.Config, server.Options{Clock: clock.NewManual(s.Now), Municipalities: demo.Municipalities, Still: true})
	if err != nil {
		return err
	}
	p.Flow.Wake = nil // nothing runs by itself: the process dies before
	anna := servertest.Citizen(personas.AnnaTestsson)
	switch s.Do {
	case "submit":
		id, view, err := p.Flow.Submit(ctx, anna, s.Draft, s.Rev)
		if err != nil || view != nil {
			return fmt.Errorf("submit: %v %v", view, err)
		}
		fmt.Println(id)
	case "decide":
		problems, err := p.Flow.Decide(ctx, s.Staff, s.Case, s.Rev, bifall)
		if err != nil || problems != nil {
			return fmt.Errorf("decide: %v %v", problems, err)
		}
		fmt.Println("decided")
	case "upload":
		_, err := p.Flow.Upload(ctx, anna, s.Draft, "/bilagor/ovrigt", "karta.pdf", io.MultiReader(strings.NewReader(samplePDF+strings.Repeat("%\n", 1<<19)), stuck{}))
		return fmt.Errorf("the upload came to an end: %v", err)
	}
	return nil
}

// stuck is a connection that gives nothing more.
type stuck struct{}

func (stuck) Read([]byte) (int, error) {
	fmt.Println("uploading")
	select {}
}
