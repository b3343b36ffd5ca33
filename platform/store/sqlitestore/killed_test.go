package sqlitestore

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// childVariable makes this test program be the process that is killed; its value is the file.
const childVariable = "SQLITESTORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		writeUntilKilled(path)
	}
	os.Exit(m.Run())
}

// writeUntilKilled inserts from several goroutines and prints the number of each case once it was answered.
func writeUntilKilled(path string) {
	s, err := Open(path)
	if err != nil {
		panic(err)
	}
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				n := w*1_000_000 + i
				if err := s.InsertCase(context.Background(), row(n)); err != nil {
					panic(err)
				}
				fmt.Printf("%d\n", n) // one write of the system for each line
			}
		}()
	}
	select {}
}

// Whatever was answered is there after the process was killed, and the file opens without help.
func TestKilledProcessLosesNothingAnswered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var answered []int
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		answered = append(answered, n)
		if len(answered) == 300 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the process ended by itself")
	}
	if len(answered) < 300 {
		t.Fatalf("only %d writes were answered", len(answered))
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, n := range answered {
		if _, err := s.Case(t.Context(), row(n).ID); err != nil {
			t.Errorf("case %d: %v", n, err)
		}
	}
	var verdict string
	if err := s.readers.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity: %s, %v", verdict, err)
	}
}
