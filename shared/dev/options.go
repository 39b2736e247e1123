package main

import (
	"flag"
	"io"
)

// options are the flags of run.
type options struct {
	json  bool
	port  int // -1: the default ports
	data  string
	empty bool
	real  bool
}

func (o *options) flags(w io.Writer) *flag.FlagSet {
	f := newFlags("run", w)
	f.BoolVar(&o.json, "json", false, "write one line of JSON to stdout once everything runs, and all else to stderr")
	f.IntVar(&o.port, "port", -1,
		"port of the app, 0 for any; the other ports are then those of the data folder's last time, or free ones (usual: 7071, 7443, 2525, "+
			"10000 to 10002)")
	f.StringVar(&o.data, "data", "", "folder that keeps everything over a restart (usual: .data in the checkout)")
	f.BoolVar(&o.empty, "empty", false, "no office: mailboxes without mail, and only the first administrator")
	f.BoolVar(&o.real, "real", false, "no simulated tenant: add a real one in the product; its secrets then stay in a file of yours alone")
	return f
}

func readOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	f := o.flags(stderr)
	if err := parse(f, args); err != nil {
		return o, err
	}
	if o.port < -1 || o.port > 65535 {
		return o, refuse(f, "-port must be 0 to 65535, is %d", o.port)
	}
	return o, nil
}
