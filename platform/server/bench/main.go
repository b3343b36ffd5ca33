// Command bench prints what the platform does in a second, beside baselines from the same run: `make bench`.
//
// Three things run on this machine, over loopback. The platform is a process of its own (this program, started again), with
// the embedded store, the real clients and its outbox; what it uses of the processor is its own getrusage, so the load
// generator and the simulators are not in it. The load generator and the simulators (register, e-legitimation, mail) are
// this process, and share the processors: with two of them the figures are lower than of a machine of the platform's own.
//
// Three tables come of it. The first is of load, a closed loop: so many clients, each asking again when it has been answered, so that times are those
// of a machine that is fully loaded. The second is what single things cost a caller who has the machine alone, over HTTP or in this process. The third
// is what signing by several parties is to keep to, and what sealing and checking take. Every figure is bounded in time (-seconds) or in number.
// Sessions are issued, not logged in to; signing goes through the simulator and is counted apart from the journeys.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

// options are the flags.
type options struct {
	clients  int
	duration time.Duration // of each figure that is bounded in time
	submits  int           // applications prepared and handed in
	decided  int           // of those signed and decided
	cases    int           // cases in the inbox
	orders   int           // signatures in progress at once
	signing  bool          // nothing but the figures about signing
	forms    bool          // nothing but what forms cost, one thing at a time
	keep     string        // folder to leave behind, "" for none
	profile  string        // folder for CPU profiles of the platform, "" for none
}

func main() {
	var o options
	flag.IntVar(&o.clients, "clients", 16, "clients at once")
	seconds := flag.Float64("seconds", 3, "length of each figure")
	flag.IntVar(&o.submits, "submits", 300, "applications handed in")
	flag.IntVar(&o.decided, "decided", 48, "cases signed and decided")
	flag.IntVar(&o.cases, "cases", 10_000, "cases in the inbox; 1000000 takes some minutes")
	flag.IntVar(&o.orders, "orders", 10_000, "signatures in progress at once")
	flag.BoolVar(&o.signing, "signing", false, "the figures about signing alone")
	flag.BoolVar(&o.forms, "forms", false, "what forms cost alone, one thing at a time")
	flag.StringVar(&o.keep, "data", "", "`DIR` to use and keep; a temporary one otherwise")
	flag.StringVar(&o.profile, "profile", "", "`DIR` for a CPU profile of the platform in each figure")
	flag.Parse()
	o.duration = time.Duration(*seconds * float64(time.Second))
	var err error
	if os.Getenv(roleEnv) == rolePlatform {
		err = servePlatform(os.Stdin, os.Stdout)
	} else {
		err = run(o)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}
