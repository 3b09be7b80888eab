using ClausumPanel.Bench;

// Figures are read by people of every culture and pasted into RESULTS.md: one spelling.
System.Globalization.CultureInfo.DefaultThreadCurrentCulture = System.Globalization.CultureInfo.InvariantCulture;

var arguments = new Arguments(args.Skip(1));
try
{
    switch (args.FirstOrDefault())
    {
        case "load": Load.Run(arguments); return 0;
        case "start": Start.Run(arguments); return 0;
        case "crash": Crash.Run(arguments); return 0;
        case "memory": MemoryUse.Run(arguments); return 0;
        case "micro": ClausumPanel.Bench.Micro.Stages.Run(args[1..]); return 0;
        case "preview": Preview.Run(arguments); return 0;
        case "protection": Protection.Run(arguments); return 0;
        case "simulation": Simulation.Run(arguments); return 0;
        case "pages": Pages.Run(arguments); return 0;
        case "reviews": Reviews.Run(arguments); return 0;
        case "bound": Bound.Run(arguments); return 0;
        default:
            Console.Error.WriteLine("usage: load | start | crash | memory | preview | simulation | protection | pages | reviews | micro | bound   (bench/README.md says what each measures)");
            return 2;
    }
}
catch (BenchFailed failure)
{
    Console.Error.WriteLine();
    Console.Error.WriteLine("FAILED: " + failure.Message);
    return 1;
}
