package host

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	timerTrigger = "timerTrigger"
	queueTrigger = "queueTrigger"
	httpTrigger  = "httpTrigger"
	httpOutput   = "http"
)

// app holds what host.json and the function.json files say, and the host's own
// defaults where they say nothing.
type app struct {
	executable string
	timeout    time.Duration // of one invocation; 0 for none
	maxBody    int64         // bytes of one request
	queues     queueOptions
	functions  []function
}

// queueOptions are the settings extensions.queues of host.json:
// https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json.
type queueOptions struct {
	batchSize, newBatchThreshold, maxDequeueCount int
	visibilityTimeout, maxPollingInterval         time.Duration
}

// function is one folder with a function.json.
type function struct {
	name    string
	trigger binding
	route   route // only for an HTTP function
}

type binding struct {
	Type, Direction, Name           string
	Schedule, QueueName, Connection string
	AuthLevel                       string
	Route                           *string
	Methods                         []string
}

// readApp reads a script root as the host does: only folders directly below it that
// hold a function.json are functions.
func readApp(root string, settings map[string]string) (app, error) {
	a, prefix, err := readHostJSON(filepath.Join(root, "host.json"))
	if err != nil {
		return app{}, err
	}
	found, err := filepath.Glob(filepath.Join(root, "*", "function.json"))
	if err != nil {
		return app{}, err
	}
	// https://learn.microsoft.com/azure/azure-functions/functions-app-settings#functions_request_body_size_limit
	if a.maxBody, err = strconv.ParseInt(cmp.Or(settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"], "104857600"), 10, 64); err != nil {
		return app{}, fmt.Errorf("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: %w", err)
	}
	if len(found) == 0 {
		return app{}, fmt.Errorf("%s holds no functions", root)
	}
	for _, path := range found {
		f, err := readFunction(path, prefix, settings)
		if err != nil {
			return app{}, fmt.Errorf("function %s: %w", filepath.Base(filepath.Dir(path)), err)
		}
		a.functions = append(a.functions, f)
	}
	return a, nil
}

func readHostJSON(path string) (a app, routePrefix string, err error) {
	var file struct {
		Version         string
		FunctionTimeout string
		Extensions      struct {
			HTTP   struct{ RoutePrefix *string }
			Queues struct {
				BatchSize, NewBatchThreshold, MaxDequeueCount *int
				VisibilityTimeout, MaxPollingInterval         string
				MessageEncoding                               string
			}
		}
		CustomHandler struct {
			Description struct {
				DefaultExecutablePath string
			}
			EnableProxyingHTTPRequest bool `json:"enableProxyingHttpRequest"`
		}
	}
	if err := readJSON(path, &file); err != nil {
		return app{}, "", err
	}
	handler := file.CustomHandler
	switch {
	case file.Version != "2.0":
		return app{}, "", fmt.Errorf(`host.json: version must be "2.0", is %q`, file.Version)
	case handler.Description.DefaultExecutablePath == "":
		return app{}, "", errors.New("host.json: customHandler.description.defaultExecutablePath is missing")
	case file.Extensions.Queues.MessageEncoding != "none":
		return app{}, "", errors.New(`host.json: this stand-in needs extensions.queues.messageEncoding "none"`)
	case !handler.EnableProxyingHTTPRequest:
		return app{}, "", errors.New("host.json: this stand-in needs customHandler.enableProxyingHttpRequest")
	}
	q := file.Extensions.Queues
	a = app{
		executable: handler.Description.DefaultExecutablePath,
		timeout:    30 * time.Minute,
		queues: queueOptions{
			batchSize:         or(q.BatchSize, 16),
			newBatchThreshold: or(q.NewBatchThreshold, or(q.BatchSize, 16)/2*runtime.NumCPU()),
			maxDequeueCount:   or(q.MaxDequeueCount, 5),
		},
	}
	if a.queues.batchSize < 1 || a.queues.batchSize > 32 {
		return app{}, "", fmt.Errorf("host.json: extensions.queues.batchSize must be 1 to 32, is %d", a.queues.batchSize)
	}
	for _, span := range []struct {
		key, text string
		into      *time.Duration
		otherwise time.Duration
	}{
		{"functionTimeout", file.FunctionTimeout, &a.timeout, 30 * time.Minute},
		{"extensions.queues.visibilityTimeout", q.VisibilityTimeout, &a.queues.visibilityTimeout, 0},
		{"extensions.queues.maxPollingInterval", q.MaxPollingInterval, &a.queues.maxPollingInterval, time.Minute},
	} {
		if *span.into, err = parseSpan(span.text, span.otherwise); err != nil {
			return app{}, "", fmt.Errorf("host.json: %s: %w", span.key, err)
		}
	}
	routePrefix = "api"
	if p := file.Extensions.HTTP.RoutePrefix; p != nil {
		routePrefix = *p
	}
	return a, routePrefix, nil
}

// functionName matches the names of functions that the host accepts.
var functionName = regexp.MustCompile(`(?i)^[a-z][a-z0-9_-]{0,127}$`)

func readFunction(path, prefix string, settings map[string]string) (f function, err error) {
	f.name = filepath.Base(filepath.Dir(path))
	if !functionName.MatchString(f.name) || strings.EqualFold(f.name, "host") {
		return f, errors.New("the host refuses this name")
	}
	var file struct {
		Bindings []binding
	}
	if err := readJSON(path, &file); err != nil {
		return f, err
	}
	outputs := 0
	for _, b := range file.Bindings {
		switch {
		case strings.HasSuffix(b.Type, "Trigger") && f.trigger.Type != "":
			return f, errors.New("it has two triggers")
		case strings.HasSuffix(b.Type, "Trigger"):
			f.trigger = b
		case b.Type == httpOutput && b.Direction == "out":
			outputs++
		default:
			return f, fmt.Errorf("this stand-in has no binding of type %q and direction %q", b.Type, b.Direction)
		}
	}
	return f, f.check(prefix, outputs, settings)
}

// check completes the trigger, and refuses one that cannot run.
func (f *function) check(prefix string, outputs int, settings map[string]string) (err error) {
	t := &f.trigger
	switch t.Type {
	case timerTrigger:
		t.Schedule, err = expand(t.Schedule, settings)
	case queueTrigger:
		t.QueueName, err = expand(t.QueueName, settings)
	case httpTrigger:
		if outputs != 1 {
			return errors.New("only a function with one http output is proxied")
		}
		if !strings.EqualFold(t.AuthLevel, "anonymous") {
			return fmt.Errorf("this stand-in keeps no keys for authLevel %q", t.AuthLevel)
		}
		template := f.name
		if t.Route != nil {
			template = *t.Route
		}
		f.route, err = parseRoute(strings.Trim(prefix+"/"+template, "/"), t.Methods)
	default:
		err = fmt.Errorf("this stand-in has no trigger of type %q", t.Type)
	}
	return err
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func or(value *int, otherwise int) int {
	if value == nil {
		return otherwise
	}
	return *value
}

// span is .NET's TimeSpan: [d.]hh:mm[:ss[.fff]].
var span = regexp.MustCompile(`^(?:(\d+)\.)?(\d+):(\d+)(?::(\d+(?:\.\d+)?))?$`)

// parseSpan reads a TimeSpan. "-1" stands for no limit, and gives 0.
func parseSpan(text string, otherwise time.Duration) (time.Duration, error) {
	if text == "" {
		return otherwise, nil
	}
	if text == "-1" {
		return 0, nil
	}
	found := span.FindStringSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("%q is no time span (hh:mm:ss)", text)
	}
	var total time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, err := strconv.ParseFloat("0"+found[i+1], 64)
		if err != nil {
			return 0, fmt.Errorf("%q is no time span: %w", text, err)
		}
		total += time.Duration(n * float64(unit))
	}
	return total, nil
}
