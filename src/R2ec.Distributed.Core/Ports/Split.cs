namespace R2ec.Distributed.Core.Ports;

/// <summary>Part of the data set, by target time: 8 : 1 : 1.</summary>
public enum Split
{
    /// <summary>What is trained on.</summary>
    Train = 0,

    /// <summary>What decisions are made on.</summary>
    Valid = 1,

    /// <summary>What is reported.</summary>
    Test = 2,
}
